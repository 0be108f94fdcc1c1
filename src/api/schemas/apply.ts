import { z } from '@hono/zod-openapi';
import { CONFLICT_POLICIES } from '../../domain/apply-schedules.ts';
import { AnyJson, Name } from './name.ts';
import { FieldChange, NewSchedule, Warnings } from './schedule.ts';

const mergeFields = {
  sources: z
    .array(
      z
        .strictObject({
          source: Name.openapi({
            description:
              'What the file is called: what came from it and is named there no longer may be pruned.',
          }),
          schedules: z.array(NewSchedule),
        })
        .openapi('ScheduleSource'),
    )
    .min(1)
    .max(100),
  onConflict: z.enum(CONFLICT_POLICIES).optional().openapi({
    description: '`fail` changes nothing, with `ours` the file wins, with `theirs` the record.',
  }),
  prune: z.boolean().optional().openapi({
    description: 'Take out what came from these sources and is named there no longer.',
  }),
};

/** Files to compare with the record. */
export const DiffOrder = z.strictObject(mergeFields).openapi('DiffOrder');

/** Files to merge into the record. */
export const ApplyOrder = z
  .strictObject({
    ...mergeFields,
    dryRun: z.boolean().optional().openapi({ description: 'Only tell what it would do.' }),
  })
  .openapi('ApplyOrder');

const side = AnyJson.optional();

/** What an apply does about a schedule, or would do. */
const ScheduleOutcome = z
  .object({
    name: z.string(),
    kind: z.enum(['created', 'changed', 'unchanged', 'removed', 'prunable', 'absent', 'conflict']),
    source: z.string().optional(),
    revision: z.int().optional(),
    changes: z.array(FieldChange),
    kept: z
      .array(z.object({ field: z.string(), file: side, live: side }))
      .openapi({ description: 'What was edited on record and stays.' }),
    conflicts: z
      .array(z.object({ field: z.string(), base: side, file: side, live: side }))
      .openapi({ description: 'What file and record have both changed since the last apply.' }),
    reason: z.string().optional(),
  })
  .openapi('ScheduleOutcome');

/** What came of an apply, by schedule. */
export const outcomes = { schedules: z.array(ScheduleOutcome), warnings: Warnings };

/** What an apply did, or would do. */
export const AppliedSchedules = z
  .object({
    isApplied: z.boolean().openapi({ description: 'False: nothing was changed.' }),
    ...outcomes,
  })
  .openapi('AppliedSchedules');

/** Which definition a schedule is to have again. */
export const RevertOrder = z
  .strictObject({
    to: z.int().min(1).max(2_147_483_647).openapi({ description: 'An earlier revision.' }),
  })
  .openapi('RevertOrder');
