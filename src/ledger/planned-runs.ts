import type pg from 'pg';
import { scopePrefix } from '../domain/plan-id.ts';
import type { ScheduleDefinition, ScheduleDocument } from '../domain/schedule-definition.ts';
import { isoOf } from './plan-scopes.ts';
import type { Queryable } from './pool.ts';
import { definitionOf } from './schedule-row.ts';

/** A plan that is due and whose job was not started. */
export interface UnstartedPlan {
  readonly schedule: string;
  readonly scope: string;
  /** Milliseconds since the Unix epoch, as is `dueAt`. */
  readonly time: number;
  readonly dueAt: number;
  /** The revision by which it was planned, and its definition. */
  readonly revision: number;
  readonly definition: ScheduleDefinition;
  readonly jobId: string;
  readonly origin: 'tick' | 'trigger' | 'backfill';
  /** How long it still has to wait, by the database's clock; below 0: it is late by that. */
  readonly waitMs: number;
}

/** Which plans that were not started to look at. */
export interface UnstartedBatch {
  readonly limit: number;
  /** The first ones are passed over. @default 0 */
  readonly skip?: number;
  /** Those, too, that are due so soon. @default 0 */
  readonly aheadMs?: number;
}

/** Plans that are due and were not started, the oldest first. */
export async function unstartedPlans(
  pool: pg.Pool,
  schedule: string,
  { limit, skip = 0, aheadMs = 0 }: UnstartedBatch,
): Promise<UnstartedPlan[]> {
  const { rows } = await pool.query<{
    scope: string;
    time: Date;
    due_at: Date;
    revision: number;
    job_id: string;
    origin: UnstartedPlan['origin'];
    wait_ms: number;
  }>(
    `select scope, time, due_at, revision, job_id, origin,
       (extract(epoch from due_at - now()) * 1000)::float8 as wait_ms
     from holdfast.plans
     where schedule = $1 and skipped is null and started_at is null
       and due_at <= now() + $3 * interval '1 ms'
     order by due_at, time, scope limit $2 offset $4`,
    [schedule, limit, aheadMs, skip],
  );
  const revisions = [...new Set(rows.map(({ revision }) => revision))];
  const definitions = await definitionsOf(pool, schedule, revisions);
  return rows.flatMap(({ due_at: dueAt, job_id: jobId, wait_ms: waitMs, time, ...row }) => {
    const definition = definitions.get(row.revision);
    if (definition === undefined) return [];
    const times = { time: time.getTime(), dueAt: dueAt.getTime(), waitMs };
    return [{ ...row, ...times, schedule, definition, jobId }];
  });
}

/** Definitions of a schedule by their revision. */
export async function definitionsOf(
  db: Queryable,
  schedule: string,
  revisions: readonly number[],
): Promise<Map<number, ScheduleDefinition>> {
  if (revisions.length === 0) return new Map();
  const { rows } = await db.query<{ revision: number; definition: ScheduleDocument }>(
    `select revision, definition from holdfast.schedule_revisions
     where name = $1 and revision = any ($2::int[]) and definition is not null`,
    [schedule, revisions],
  );
  return new Map(rows.map(({ revision, definition }) => [revision, definitionOf(definition)]));
}

/** One plan of a schedule. */
export interface PlanOfSchedule {
  readonly scope: string;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
}

/** Skips a plan that was not started yet. Answers false when it was, or was skipped before. */
export async function markSkipped(
  pool: pg.Pool,
  schedule: string,
  { scope, time }: PlanOfSchedule,
  reason: 'overlap',
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update holdfast.plans set skipped = $4, due_at = null, job_id = null, claimed_at = null
     where schedule = $1 and scope = $2 and time = $3 and skipped is null and started_at is null`,
    [schedule, scope, isoOf(time), reason],
  );
  return rowCount === 1;
}

/** An open job that runs a plan. */
export interface OpenPlanJob {
  readonly id: string;
  readonly generation: number;
}

// Jobs that were started a moment ago, and that no orchestrator has opened yet, are among these.
const NEWEST_PLANS = 50;

/** The open jobs of a scope, and those that were just started. */
export async function openJobsOf(
  pool: pg.Pool,
  schedule: string,
  scope: string,
): Promise<OpenPlanJob[]> {
  const prefix = scopePrefix(schedule, scope);
  const { rows } = await pool.query<OpenPlanJob>(
    `select id, generation from holdfast.jobs
     where state = 'open' and id like 'plan/%' and id ~>=~ $3 and id ~<~ $4
     union
     select job_id, 1 from (
       select job_id, started_at from holdfast.plans
       where schedule = $1 and scope = $2 and skipped is null order by time desc limit ${NEWEST_PLANS}
     ) newest
     where started_at is not null
       and not exists (select 1 from holdfast.jobs where id = newest.job_id)
     order by 1, 2`,
    // '0' comes right after '/'.
    [schedule, scope, prefix, `${prefix.slice(0, -1)}0`],
  );
  return rows;
}

/** How a tick ends. */
export interface TickEnd {
  /** When the schedule is due next, in milliseconds since the Unix epoch; undefined: at once. */
  readonly nextDueAt: number | undefined;
  /** The revision that `nextDueAt` was found by: a change since then makes the schedule due at once. */
  readonly revision?: number | undefined;
  /** Why the schedule was left out. */
  readonly trouble?: string | undefined;
  /** The end of a pause (`Resume.at`) whose times are decided now. */
  readonly clearsResume?: Date | undefined;
}

/** The pause that a tick has decided is the one that ended last. */
const IS_DECIDED = `date_trunc('milliseconds', resumed_at) = $5::timestamptz`;

/**
 * Records the end of a tick. The schedule is due before `nextDueAt` where a plan waits for its start, and
 * at once where a pause has ended whose times the tick did not decide.
 */
export async function endTick(
  pool: pg.Pool,
  schedule: string,
  { nextDueAt, revision, trouble, clearsResume }: TickEnd,
): Promise<void> {
  await pool.query(
    `update holdfast.schedules
     set ticked_at = now(), trouble = $4,
       next_due_at = case
         when paused_at is not null then waiting.due_at
         when resumes is not null and (${IS_DECIDED}) is not true then null
         when coalesce($3::int, revision) = revision and $2::timestamptz is not null
           then least($2, waiting.due_at) end,
       resumes = case when ${IS_DECIDED} then null else resumes end,
       resumed_from = case when ${IS_DECIDED} then null else resumed_from end,
       resumed_at = case when ${IS_DECIDED} then null else resumed_at end
     from (select min(due_at) as due_at from holdfast.plans
           where schedule = $1 and skipped is null and started_at is null) waiting
     where name = $1`,
    [
      schedule,
      nextDueAt === undefined ? null : isoOf(nextDueAt),
      revision ?? null,
      trouble ?? null,
      clearsResume ?? null,
    ],
  );
}
