import { z } from '@hono/zod-openapi';
import { OVERLAPS, PLACEMENTS } from '../../domain/job.ts';
import { CATCH_UPS, COMPATS, GAP_RULES, OVERLAP_RULES } from '../../domain/schedule.ts';
import type { SCHEDULE_FIELDS } from '../../domain/schedule-definition.ts';
import { RESUME_POLICIES } from '../../domain/schedule-definition.ts';
import { AnyJson, At, Name, Time } from './name.ts';
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

/** What a path names a schedule by. */
export const SchedulePlace = z.object({ name: Name });

/** A cadence, a delay or a window: a schedule's times have no milliseconds. */
const Seconds = z
  .string()
  .regex(/^\d{1,12}[smhd]$/, 'expected a duration such as "30s"')
  .openapi({ example: '5m' });

const Scopes = z.union([
  z.array(Name).min(1),
  Name,
  z.strictObject({
    kind: Name,
    pool: Name.optional(),
    timeout: Time.optional(),
    input: AnyJson.optional(),
  }),
]);

const Retry = z.strictObject({
  maxAttempts: count(1).optional(),
  backoff: z.array(Time).optional().openapi({ description: 'The waits; the last one repeats.' }),
  nonRetryable: z.array(z.string()).optional(),
});

/** When it runs. */
const timing = {
  every: Seconds.openapi({ description: 'A cadence, or else `cron`.' }),
  cron: z.string().min(1).max(500).openapi({ example: '0 2 * * *' }),
  timezone: z.string().min(1).max(100).openapi({ example: 'Europe/Berlin' }),
  delay: Seconds,
  catchUp: z.enum(CATCH_UPS),
  window: Seconds,
  maxPlansPerTick: z.int().min(0).max(1_000_000),
  dst: z.strictObject({
    gap: z.enum(GAP_RULES).optional(),
    overlap: z.enum(OVERLAP_RULES).optional(),
  }),
  compat: z.enum(COMPATS),
  jitter: Time,
  overlap: z.enum(OVERLAPS),
  paused: z.boolean().openapi({ description: 'It is paused when it is created.' }),
  onResume: z.enum(RESUME_POLICIES),
};

/** What it runs. */
const running = {
  kind: Name,
  pool: Name,
  input: AnyJson,
  computesInput: z.boolean().openapi({
    description: 'The input is computed in code, by orchestrators that have the definition.',
  }),
  scopes: Scopes.openapi({ description: 'A list, or the kind of a job that returns one.' }),
  runTimeout: Time,
  heartbeat: Heartbeat,
  staleReentry: z.boolean().openapi({ description: 'A run that was lost runs again.' }),
  retry: Retry,
  failover: Failover,
  labels: Labels,
  preferLabels: Labels,
  pin: z.union([Name, Pin]),
  placement: z.enum(PLACEMENTS),
  pending: z.strictObject({ alarmAfter: Time.optional(), failAfter: Time.optional() }),
  priority: Priority,
  fairnessKey: FairnessKey,
  resources: Resources,
  concurrency: Concurrency,
  rate: z.strictObject({ ...rateFields, window: Time }),
  slots: count(1),
  deadline: Time,
};

type Field = Exclude<(typeof SCHEDULE_FIELDS)[number], 'name'>;

const Fields = z.strictObject({ ...timing, ...running } satisfies Record<Field, z.ZodType>);

const { kind, pool } = running;

/** A schedule to put on record, by the name in the path. */
export const ScheduleFields = Fields.partial()
  .extend({ kind, pool })
  .openapi('ScheduleFields', { description: 'See docs/schedules.md for what the fields mean.' });

/** A schedule to create. */
export const NewSchedule = Fields.partial()
  .extend({ name: Name.max(60), kind, pool })
  .openapi('NewSchedule', { description: 'See docs/schedules.md for what the fields mean.' });

/** Fields of a schedule to change; null leaves one out from then on. */
export const ScheduleChanges = z
  .strictObject(
    Object.fromEntries(
      Object.entries(Fields.shape).map(([name, schema]) => [name, schema.nullable().optional()]),
    ),
  )
  .openapi('ScheduleChanges', {
    description: 'Each field is replaced as a whole; null leaves it out from then on.',
  });

const ScheduleDocument = z
  .object({ name: z.string() })
  .loose()
  .openapi('ScheduleDocument', { description: 'A definition as it was put on record.' });

/** A schedule as it is on record. */
export const Schedule = z
  .object({
    name: z.string(),
    revision: z.int().openapi({ description: 'It grows with every change.' }),
    document: ScheduleDocument,
    paused: z.object({ at: At, by: z.string(), reason: z.string() }).optional(),
    resumes: z
      .object({ policy: z.enum(RESUME_POLICIES), from: At, at: At })
      .optional()
      .openapi({
        description: 'What becomes of the times of the last pause, until it is decided.',
      }),
    createdAt: At,
    nextDueAt: At.optional(),
    tickedAt: At.optional(),
    trouble: z.string().optional().openapi({ description: 'Why the last tick left it out.' }),
  })
  .openapi('Schedule');

/** Every schedule. */
export const ScheduleList = z.object({ schedules: z.array(Schedule) }).openapi('ScheduleList');

/** What could not be done in Temporal. */
export const Warnings = z
  .array(z.string())
  .openapi({ description: 'What could not be done in Temporal, and mends itself.' });

/** What came of putting a schedule on record. */
export const PutSchedule = z
  .object({
    kind: z.enum(['created', 'changed', 'unchanged']),
    schedule: Schedule,
    warnings: Warnings,
  })
  .openapi('PutSchedule');

/** A schedule after an order. */
export const OrderedSchedule = z
  .object({ schedule: Schedule, warnings: Warnings })
  .openapi('OrderedSchedule');

/** A schedule that was taken out. */
export const RemovedSchedule = z
  .object({ name: z.string(), warnings: Warnings })
  .openapi('RemovedSchedule');

/** A field that two versions of a schedule have differently. */
export const FieldChange = z
  .object({
    field: z.string().openapi({ example: 'retry.maxAttempts' }),
    from: AnyJson.optional(),
    to: AnyJson.optional(),
  })
  .openapi('FieldChange', { description: 'A side that is left out has not got the field.' });

/** Every change of a schedule, the newest first. */
export const ScheduleRevisions = z
  .object({
    revisions: z.array(
      z
        .object({
          revision: z.int(),
          document: ScheduleDocument.optional().openapi({
            description: 'Left out: it was removed.',
          }),
          at: At,
          by: z.string(),
          how: z.string().openapi({ example: 'edit' }),
          changes: z.array(FieldChange).openapi({
            description: 'What is different from the revision before.',
          }),
        })
        .openapi('ScheduleRevision'),
    ),
  })
  .openapi('ScheduleRevisions');
