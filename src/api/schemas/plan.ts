import { z } from '@hono/zod-openapi';
import { PLAN_HISTORY_STATES } from '../../domain/schedule.ts';
import { RESUME_POLICIES } from '../../domain/schedule-definition.ts';
import { At, GivenTime, Name, Reason } from './name.ts';

/** Why a schedule is paused. */
export const PauseOrder = z.strictObject({ reason: Reason }).openapi('PauseOrder');

/** How a pause ends. */
export const ResumeOrder = z
  .strictObject({
    policy: z.enum(RESUME_POLICIES).optional().openapi({
      description: 'What becomes of the times of the pause; the schedule’s `onResume`.',
    }),
  })
  .openapi('ResumeOrder');

const scope = Name.max(100);

/** What is run now. */
export const TriggerOrder = z
  .strictObject({
    scope: scope.optional().openapi({ description: 'Left out: all that the definition lists.' }),
  })
  .openapi('TriggerOrder');

/** Which times of the past are run. */
export const BackfillOrder = z
  .strictObject({
    from: GivenTime.openapi({ description: 'The first time.' }),
    to: GivenTime.openapi({ description: 'The last one; what is later than now is left out.' }),
    scope: scope.optional(),
    dryRun: z.boolean().optional().openapi({ description: 'Only tell what would run.' }),
    force: z
      .boolean()
      .optional()
      .openapi({ description: 'What has ended runs again, too: as its next generation.' }),
  })
  .openapi('BackfillOrder');

/** Which failed plan runs again. */
export const RetryOrder = z
  .strictObject({ scope: scope.optional(), time: GivenTime })
  .openapi('RetryOrder', { description: '`scope` left out: `default`.' });

/** Plans that were added. */
export const AddedPlans = z
  .object({
    plans: z.array(
      z
        .object({ scope: z.string(), time: At, revision: z.int(), jobId: z.string() })
        .openapi('AddedPlan'),
    ),
  })
  .openapi('AddedPlans');

/** What a backfill runs, or would run. */
export const BackfilledPlans = z
  .object({
    plans: z.array(
      z
        .object({
          scope: z.string(),
          time: At,
          jobId: z.string(),
          was: z.enum(PLAN_HISTORY_STATES).optional().openapi({
            description: 'What became of it before; left out: there was nothing.',
          }),
        })
        .openapi('BackfilledPlan'),
    ),
  })
  .openapi('BackfilledPlans');

/** A plan that runs again. */
export const RetriedPlan = z
  .object({ jobId: z.string(), generation: z.int() })
  .openapi('RetriedPlan');

/** Times to come. */
export const Preview = z
  .object({
    times: z.array(
      z
        .object({
          time: At,
          local: z.string().openapi({
            description: 'What the clock of the schedule’s zone shows then.',
            example: '2026-03-08T03:00:00-04:00',
          }),
          dst: z.enum(['skipped', 'after-gap', 'first', 'second']).optional().openapi({
            description: 'On days when the clocks change.',
          }),
        })
        .openapi('PreviewedTime'),
    ),
  })
  .openapi('Preview');

const PlanAttempt = z
  .object({
    generation: z.int(),
    epoch: z.int(),
    node: z.string().optional(),
    incarnation: z.string().optional(),
    state: z.enum(['RUNNING', 'SUCCESS', 'FAILED']),
    code: z.string().optional(),
    reason: z.string().optional(),
    startedAt: At.optional(),
    endedAt: At.optional().openapi({ description: 'Left out: it runs.' }),
    beatAt: At.optional(),
    rowsAffected: z.number().optional(),
    summary: z.string().optional(),
  })
  .openapi('PlanAttempt');

const Plan = z
  .object({
    schedule: z.string(),
    scope: z.string(),
    time: At,
    state: z.enum(PLAN_HISTORY_STATES),
    reason: z.string().optional().openapi({ description: 'Why it was skipped.' }),
    through: At.optional().openapi({ description: 'Of a range of skipped times: its last one.' }),
    count: z.int().optional().openapi({ description: 'How many times the range has.' }),
    revision: z.int().openapi({ description: 'That of the schedule by which it was decided.' }),
    origin: z.enum(['tick', 'trigger', 'backfill']),
    decidedAt: At,
    dueAt: At.optional(),
    startedAt: At.optional(),
    jobId: z.string().optional(),
    generation: z.int().optional(),
    closedAt: At.optional(),
    error: z.object({ code: z.string(), message: z.string() }).loose().optional(),
    attempts: z.array(PlanAttempt),
  })
  .openapi('Plan', { description: 'A time of a schedule, or a range of skipped ones.' });

/** One page of what became of a schedule's times. */
export const PlanList = z
  .object({
    plans: z.array(Plan),
    cursor: z.string().optional().openapi({ description: 'There when more follow.' }),
  })
  .openapi('PlanList');
