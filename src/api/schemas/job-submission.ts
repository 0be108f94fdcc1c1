import { z } from '@hono/zod-openapi';
import { DEDUPES } from '../../client/dedupe.ts';
import type { SubmitOptions } from '../../client/job-request.ts';
import { JOB_STATES, PLACEMENTS, RECONCILES } from '../../domain/job.ts';
import { HIGHEST_INDEX } from '../../domain/session.ts';
import { AnyJson, Name, Time } from './name.ts';
import {
  Concurrency,
  count,
  FairnessKey,
  Failover,
  Heartbeat,
  Labels,
  Pin,
  Priority,
  rateFields,
  Resources,
} from './run-options.ts';

const Retry = z.strictObject({
  maxAttempts: count(1).optional(),
  backoff: z
    .array(Time)
    .length(2)
    .optional()
    .openapi({ description: 'The first wait and the longest.', example: ['1s', '60s'] }),
  nonRetryable: z.array(z.string()).optional(),
});

const Session = z.strictObject({
  id: Name,
  index: z.int().min(0).max(HIGHEST_INDEX),
  replaces: Name.optional(),
});

/** A job to submit: the options of `jobs.submit`, with its kind, its pool and its input. */
export const JobSubmission = z
  .strictObject({
    kind: Name,
    pool: Name,
    input: AnyJson.optional(),
    id: Name.optional().openapi({ description: 'Left out: the Idempotency-Key, or a new one.' }),
    session: Session.optional(),
    dedupe: z.enum(DEDUPES).optional(),
    pin: Pin.optional(),
    timeout: Time.optional(),
    heartbeat: Heartbeat.optional(),
    failover: Failover.optional(),
    retry: Retry.optional(),
    labels: Labels.optional(),
    preferLabels: Labels.optional(),
    placement: z.enum(PLACEMENTS).optional(),
    pending: z
      .strictObject({
        alarmAfter: Time.optional(),
        failAfter: Time.optional(),
        reassignAfter: Time.optional(),
      })
      .optional(),
    reconcile: z.enum(RECONCILES).optional(),
    horizon: z.union([z.enum(['forever', 'while-active']), Time]).optional(),
    resources: Resources.optional(),
    concurrency: Concurrency.optional(),
    rate: z.strictObject({ ...rateFields, per: Time }).optional(),
    priority: Priority.optional(),
    fairnessKey: FairnessKey.optional(),
    slots: count(1).optional(),
    deadline: Time.optional(),
  } satisfies Record<keyof SubmitOptions | 'kind' | 'input', z.ZodType>)
  .openapi('JobSubmission');

/** Jobs at most in one bulk submit. */
const BULK_JOBS = 10_000;

/** Many jobs to submit. */
export const BulkSubmission = z
  .strictObject({ jobs: z.array(JobSubmission).min(1).max(BULK_JOBS) })
  .openapi('BulkSubmission');

const submittedFields = {
  id: z.string(),
  generation: z.int(),
  isNew: z.boolean().openapi({ description: 'False when the job was there.' }),
  warnings: z.array(z.string()),
};

/** What a submit came to. */
export const SubmittedJob = z
  .object({
    ...submittedFields,
    holder: z
      .object({ id: z.string(), state: z.enum(JOB_STATES), generation: z.int() })
      .optional()
      .openapi({ description: 'The job that had the id, or the place in the session.' }),
  })
  .openapi('SubmittedJob');

/** What became of one job of a bulk submit. */
const BulkAnswer = z
  .union([
    z.object({ index: z.int(), ...submittedFields }),
    z.object({
      index: z.int(),
      id: z.string().optional(),
      error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
    }),
  ])
  .openapi('BulkAnswer');

/** What became of each job of a bulk submit, in the order in which they were given. */
export const BulkAnswers = z
  .object({ submitted: z.int(), failed: z.int(), answers: z.array(BulkAnswer) })
  .openapi('BulkAnswers');
