import type pg from 'pg';
import { planJobId } from '../domain/plan-id.ts';
import { planDueAt } from '../domain/plan-request.ts';
import type { LatestPlan, TickDecision } from '../domain/schedule.ts';
import type { ScheduleDefinition } from '../domain/schedule-definition.ts';
import { latestPlans } from './latest-plan.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import type { Resume, ScheduleRow } from './schedule-row.ts';
import { definitionOf, resumeOfRow, SCHEDULE_COLUMNS } from './schedule-row.ts';

/** Why a time was skipped. */
export type PlanSkip =
  'superseded' | 'outside_window' | 'dst_gap' | 'overlap' | 'paused' | 'removed';

/** What was decided for one scope: a `TickDecision`, perhaps with times of a pause. */
export interface ScopeDecision extends Pick<TickDecision, 'due' | 'decidedThrough' | 'more'> {
  readonly skipped: readonly { readonly time: number; readonly reason: PlanSkip }[];
  readonly skippedRanges: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly reason: PlanSkip;
  }[];
}

/** What a decision is made from. All times are the database's, in milliseconds since the Unix epoch. */
export interface ScopeSituation {
  readonly scope: string;
  readonly now: number;
  /** The last time that was ever decided for the scope. */
  readonly decidedThrough: number | undefined;
  /** Known for a schedule with `compat` only. */
  readonly latest: LatestPlan | undefined;
  readonly definition: ScheduleDefinition;
  readonly revision: number;
  /** A pause has ended whose times are to be decided. */
  readonly resumes: Resume | undefined;
  /** Since when it is paused: only where an edit asks, since ticks leave paused ones alone. */
  readonly pausedAt: number | undefined;
}

/** Pure, and without waiting: it is called inside a transaction. */
export type Decide = (situation: ScopeSituation) => ScopeDecision;

/** What came of planning. */
export interface PlannedScopes {
  /** Rows that are new: times that run, and times or ranges that were skipped. */
  readonly planned: number;
  readonly skipped: number;
  /** Times that are due were left, of some scope. */
  readonly more: boolean;
}

/**
 * Decides what is due for some scopes, in one transaction that holds their watermarks. Repeated, and
 * by several at once, it decides nothing twice. Undefined: the schedule is paused or was removed.
 */
export async function planScopes(
  pool: pg.Pool,
  schedule: string,
  scopes: readonly string[],
  decide: Decide,
): Promise<PlannedScopes | undefined> {
  return inTransaction(pool, async (tx) => {
    const locked = await lockSchedule(tx, schedule, 'share');
    if (locked === undefined || locked.paused_at !== null) return undefined;
    return decideScopes(tx, locked, await lockWatermarks(tx, schedule, scopes), decide);
  });
}

/** A schedule's row, locked, with the database's time. */
export type LockedSchedule = ScheduleRow & { readonly now: Date };

/** Locks a schedule until the transaction ends: `share` against edits, `update` against ticks too. */
export async function lockSchedule(
  tx: pg.PoolClient,
  name: string,
  lock: 'share' | 'update',
): Promise<LockedSchedule | undefined> {
  const { rows } = await tx.query<LockedSchedule>(
    `select ${SCHEDULE_COLUMNS}, clock_timestamp() as now from holdfast.schedules
     where name = $1 for ${lock}`,
    [name],
  );
  return rows[0];
}

/** The watermarks of scopes, by their names. */
export type Watermarks = ReadonlyMap<string, number | undefined>;

/**
 * Locks the watermarks, in the order of their names wherever it happens; new ones are made. They were then seen
 * by the clock that what is due is decided by, which is past the start of the transaction.
 */
export async function lockWatermarks(
  tx: pg.PoolClient,
  schedule: string,
  scopes: readonly string[],
): Promise<Watermarks> {
  const { rows } = await tx.query<{ scope: string; decided_through: Date | null }>(
    `insert into holdfast.schedule_scopes (schedule, scope, seen_at)
     select $1, scope, clock_timestamp() from unnest($2::text[]) scope order by scope
     on conflict (schedule, scope) do update set seen_at = clock_timestamp()
     returning scope, decided_through`,
    [schedule, scopes],
  );
  return new Map(rows.map((row) => [row.scope, row.decided_through?.getTime()]));
}

/** Decides for locked scopes, records what was decided, and moves their watermarks. */
export async function decideScopes(
  tx: pg.PoolClient,
  schedule: LockedSchedule,
  watermarks: Watermarks,
  decide: Decide,
): Promise<PlannedScopes> {
  const { name, revision } = schedule;
  const definition = definitionOf(schedule.definition);
  const isLatestAsked = definition.plan.compat !== undefined;
  const latest = isLatestAsked ? await latestPlans(tx, name, [...watermarks.keys()]) : new Map();
  const common = {
    now: schedule.now.getTime(),
    definition,
    revision,
    resumes: resumeOfRow(schedule),
    pausedAt: schedule.paused_at?.getTime(),
  };
  const decisions = [...watermarks].map(([scope, decidedThrough]): [string, ScopeDecision] => {
    const known = latest.get(scope) as LatestPlan | undefined;
    const decision = decide({ ...common, scope, decidedThrough, latest: known });
    return [scope, decidedThrough === undefined ? laterOnly(decision, schedule) : decision];
  });
  const rows = decisions.flatMap(([scope, decision]) => rowsOf(definition, scope, decision));
  const counts = await insertPlans(tx, { schedule: name, revision, origin: 'tick' }, rows);
  await moveWatermarks(tx, name, decisions);
  return { ...counts, more: decisions.some(([, { more }]) => more) };
}

/** A first decision looks back; what its definition was not yet in force for is none of its times. */
function laterOnly(
  decision: ScopeDecision,
  { effective_from: from }: LockedSchedule,
): ScopeDecision {
  if (from === null) return decision;
  const start = from.getTime();
  return {
    ...decision,
    due: decision.due.filter((time) => time > start),
    skipped: decision.skipped.filter(({ time }) => time > start),
    skippedRanges: decision.skippedRanges.filter((range) => range.from > start),
    decidedThrough: Math.max(start, decision.decidedThrough ?? start),
  };
}

/** A row of plans; what does not run has neither `dueAt` nor `jobId`. */
export interface PlanRow {
  readonly scope: string;
  readonly time: number;
  readonly skipped?: PlanSkip;
  readonly through?: number;
  readonly count?: number;
  readonly dueAt?: number;
  readonly jobId?: string;
}

function rowsOf(
  definition: ScheduleDefinition,
  scope: string,
  { due, skipped, skippedRanges }: ScopeDecision,
): PlanRow[] {
  const { name: schedule } = definition;
  return [
    ...due.map((time) => ({
      scope,
      time,
      dueAt: planDueAt(definition, scope, time),
      jobId: planJobId({ schedule, scope, time }),
    })),
    ...skipped.map(({ time, reason }) => ({ scope, time, skipped: reason })),
    ...skippedRanges.map(({ from, to, count, reason }) => ({
      ...{ scope, time: from, through: to, count },
      skipped: reason,
    })),
  ];
}

/** Records plans; a time that is on record stays as it is. */
export async function insertPlans(
  db: Queryable,
  of: {
    readonly schedule: string;
    readonly revision: number;
    readonly origin: 'tick' | 'trigger' | 'backfill';
    readonly triggerKey?: string | undefined;
  },
  rows: readonly PlanRow[],
): Promise<Omit<PlannedScopes, 'more'>> {
  if (rows.length === 0) return { planned: 0, skipped: 0 };
  const { rows: inserted } = await db.query<{ planned: number; skipped: number }>(
    `with inserted as (
       insert into holdfast.plans
         (schedule, revision, origin, trigger_key, scope, time, skipped, through, count, due_at, job_id)
       select $1, $2, $3, $11, * from unnest($4::text[], $5::timestamptz[], $6::text[],
         $7::timestamptz[], $8::int[], $9::timestamptz[], $10::text[])
       on conflict (schedule, scope, time) do nothing
       returning skipped
     )
     select count(*) filter (where skipped is null)::int as planned,
       count(skipped)::int as skipped from inserted`,
    [
      of.schedule,
      of.revision,
      of.origin,
      rows.map(({ scope }) => scope),
      rows.map(({ time }) => isoOf(time)),
      rows.map(({ skipped }) => skipped ?? null),
      rows.map(({ through }) => (through === undefined ? null : isoOf(through))),
      rows.map(({ count }) => count ?? null),
      rows.map(({ dueAt }) => (dueAt === undefined ? null : isoOf(dueAt))),
      rows.map(({ jobId }) => jobId ?? null),
      of.triggerKey ?? null,
    ],
  );
  return inserted[0] ?? { planned: 0, skipped: 0 };
}

async function moveWatermarks(
  tx: pg.PoolClient,
  schedule: string,
  decisions: readonly (readonly [string, Pick<ScopeDecision, 'decidedThrough'>])[],
): Promise<void> {
  const moved = decisions.flatMap(([scope, { decidedThrough }]) =>
    decidedThrough === undefined ? [] : [{ scope, time: isoOf(decidedThrough) }],
  );
  if (moved.length === 0) return;
  await tx.query(
    `update holdfast.schedule_scopes
     set decided_through = greatest(decided_through, moved.time)
     from unnest($2::text[], $3::timestamptz[]) moved (scope, time)
     where schedule = $1 and schedule_scopes.scope = moved.scope`,
    [schedule, moved.map(({ scope }) => scope), moved.map(({ time }) => time)],
  );
}

/** A time as PostgreSQL takes it. */
export function isoOf(time: number): string {
  return new Date(time).toISOString();
}
