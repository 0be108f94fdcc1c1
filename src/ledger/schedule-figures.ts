import type pg from 'pg';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';
import type { PlanSkip } from './plan-scopes.ts';

/** Where a schedule stands. */
export interface ScheduleFigures {
  readonly name: string;
  readonly document: ScheduleDocument;
  readonly isPaused: boolean;
  /** By the database's clock: for how long the scope that is furthest behind has not been decided, less
   * the delay. Undefined: no scope was ever decided. */
  readonly lagMs: number | undefined;
  readonly decidedThrough: Date | undefined;
  /** Plans that are due and were not started. */
  readonly planned: number;
  readonly running: number;
  /** Those that are open for longer than one run may take. */
  readonly runningStale: number;
  /** Plans decided within the time asked for. */
  readonly decided: number;
  readonly skipped: Readonly<Partial<Record<PlanSkip, number>>>;
  /** Of those, the ones that were started later than they were due by `lateMs`. */
  readonly lateStarts: number;
}

interface FiguresRow {
  name: string;
  definition: ScheduleDocument;
  is_paused: boolean;
  lag_ms: number | null;
  decided_through: Date | null;
  planned: number;
  running: number;
  running_stale: number;
  decided: number;
  skipped: Partial<Record<PlanSkip, number>> | null;
  late_starts: number;
}

/**
 * Where each schedule stands, for gauges.
 *
 * @param sinceMs how far back decisions are counted
 * @param lateMs a start that is later than this is late
 */
export async function scheduleFigures(
  pool: pg.Pool,
  sinceMs: number,
  lateMs: number,
): Promise<ScheduleFigures[]> {
  const { rows } = await pool.query<FiguresRow>(
    `with open as (
       select plans.schedule, jobs.opened_at
       from holdfast.jobs join holdfast.plans on plans.job_id = jobs.id
       where jobs.state = 'open' and jobs.id like 'plan/%'
     ), decided as (
       select schedule, skipped, coalesce(count, 1) as count,
         skipped is null and coalesce(started_at, now()) - due_at > $2 * interval '1 ms' as is_late
       from holdfast.plans where decided_at > now() - $1 * interval '1 ms'
     ), counted as (
       select schedule, skipped, sum(count)::int as count, count(*) filter (where is_late)::int as late
       from decided group by schedule, skipped
     )
     select name, definition, paused_at is not null as is_paused, decided_through,
       (extract(epoch from now() - decided_through) * 1000 - delay_ms)::float8 as lag_ms,
       (select count(*)::int from holdfast.plans
        where schedule = name and plans.skipped is null and started_at is null
          and due_at <= now()) as planned,
       (select count(*)::int from open where schedule = name) as running,
       (select count(*)::int from open where schedule = name
          and opened_at < now() - run_timeout_ms * interval '1 ms') as running_stale,
       (select coalesce(sum(count), 0)::int from counted where schedule = name) as decided,
       (select json_object_agg(counted.skipped, count) from counted
        where schedule = name and counted.skipped is not null) as skipped,
       (select coalesce(sum(late), 0)::int from counted where schedule = name) as late_starts
     from holdfast.schedules
       left join lateral (
         select min(decided_through) as decided_through from holdfast.schedule_scopes
         where schedule = name and seen_at > (
           -- A scope that is one no longer is not behind.
           select max(seen_at) - interval '1 hour' from holdfast.schedule_scopes
           where schedule = name)
       ) scopes on true
     order by name`,
    [sinceMs, lateMs],
  );
  return rows.map((row) => ({
    name: row.name,
    document: row.definition,
    isPaused: row.is_paused,
    lagMs: row.lag_ms ?? undefined,
    decidedThrough: row.decided_through ?? undefined,
    planned: row.planned,
    running: row.running,
    runningStale: row.running_stale,
    decided: row.decided,
    skipped: row.skipped ?? {},
    lateStarts: row.late_starts,
  }));
}
