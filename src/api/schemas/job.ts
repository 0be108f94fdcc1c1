import { z } from '@hono/zod-openapi';
import { JOB_STATES } from '../../domain/job.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import { AnyJson, At, Name } from './name.ts';

/** What a path names a job by. */
export const JobPlace = z.object({ id: Name });

const JobError = z
  .object({
    code: z.string(),
    message: z.string(),
    name: z.string().optional(),
    stack: z.string().optional(),
  })
  .openapi('JobError', { description: 'Why a job did not succeed.' });

const Slot = z.object({ id: z.string(), index: z.int(), replaces: z.string().optional() });

const jobFields = {
  id: z.string(),
  generation: z.int().openapi({ description: 'The start of the id that this is; the first is 1.' }),
  kind: z.string(),
  pool: z.string(),
  state: z.enum(JOB_STATES),
  session: Slot.optional(),
  attemptCount: z.int(),
  failoverCount: z.int(),
  openedAt: At,
  closedAt: At.optional(),
  error: JobError.optional(),
};

/** A job as lists have it. */
const Job = z.object(jobFields).openapi('Job');

/** One page of jobs. */
export const JobList = z
  .object({
    jobs: z.array(Job),
    cursor: z.string().optional().openapi({ description: 'There when more follow.' }),
  })
  .openapi('JobList');

const Attempt = z
  .object({
    epoch: z.int(),
    node: z.string().optional(),
    outcome: z.string(),
    reason: z.string().optional(),
    startedAt: At.optional(),
    endedAt: At,
  })
  .openapi('Attempt');

const ResultRecord = z
  .object({
    epoch: z.int(),
    node: z.string().optional(),
    receivedAt: At,
    verdict: z.enum(VERDICTS),
    hash: z.string(),
    result: AnyJson.optional(),
  })
  .openapi('ResultRecord', { description: 'A result that arrived, and what became of it.' });

const LiveJob = z
  .object({
    phase: z.enum([
      'enqueued',
      'opening',
      'queued',
      'running',
      'waiting',
      'closing',
      'unattended',
      'ended',
    ]),
    why: z.string(),
    waitsFor: z.string().optional(),
    since: At.optional(),
    until: At.optional(),
    epoch: z.int().optional(),
    node: z.string().optional(),
    progress: AnyJson.optional(),
  })
  .openapi('LiveJob', { description: 'What an open job does or waits for.' });

/** A job with all that is known of it. */
export const JobView = z
  .object({
    ...jobFields,
    input: AnyJson.optional(),
    result: AnyJson.optional(),
    prunedAt: At.optional(),
    attempts: z.array(Attempt),
    results: z.array(ResultRecord),
    live: LiveJob.optional(),
  })
  .openapi('JobView');

const StoryLine = z
  .object({
    at: At,
    kind: z.string(),
    text: z.string(),
    epoch: z.int().optional(),
    node: z.string().optional(),
    queue: z.string().optional(),
    until: At.optional(),
  })
  .openapi('StoryLine');

const JobWait = z
  .object({
    waitsFor: z.string(),
    why: z.string(),
    since: At,
    until: At.optional(),
    node: z.string().optional(),
  })
  .openapi('JobWait');

/** Open jobs that do not run. */
export const PendingList = z
  .object({
    jobs: z.array(
      JobWait.extend({
        id: z.string(),
        generation: z.int(),
        kind: z.string(),
        pool: z.string(),
      }).openapi('PendingJob'),
    ),
    hasMore: z.boolean().openapi({ description: 'More jobs are open: give a larger limit.' }),
  })
  .openapi('PendingList');

/** What a job waits for, and its story. */
export const JobExplanation = z
  .object({
    job: JobView,
    wait: JobWait.optional(),
    story: z.array(StoryLine),
    source: z.enum(['temporal', 'ledger']),
    isWhole: z.boolean(),
  })
  .openapi('JobExplanation');

/** What a job returned. */
export const JobResult = z.object({ id: z.string(), result: AnyJson }).openapi('JobResult');

/** A job that has not ended yet. */
export const OpenJob = z
  .object({ id: z.string(), state: z.literal('open') })
  .openapi('OpenJob', { description: 'It has not ended yet: ask again.' });

/** What came of a cancellation. */
export const Cancelled = z
  .object({
    id: z.string(),
    requested: z.boolean().openapi({ description: 'False when it was closed already.' }),
    state: z.enum(JOB_STATES),
    stillRunning: z.object({ node: z.string(), epoch: z.int(), why: z.string() }).optional(),
  })
  .openapi('Cancelled');
