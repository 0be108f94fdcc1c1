import type pg from 'pg';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';

/** Where a schedule stands. */
export interface ScheduleFigures {
  readonly name: string;
  readonly document: ScheduleDocument;
  readonly isPaused: boolean;
  /**
   * The last time that is decided, of the scope that is furthest behind among those that the last tick saw which
   * decided any; its creation before there is one.
   */
  readonly decidedThrough: Date;
  /** In milliseconds by the database's clock: now, less that and the delay. */
  readonly lagMs: number;
  /** Plans that are due and were not started. */
  readonly planned: number;
  /** Runs that are open for longer than one may take. */
  readonly runningStale: number;
}

interface FiguresRow {
  name: string;
  definition: ScheduleDocument;
  is_paused: boolean;
  decided_through: Date;
  lag_ms: number;
  planned: number;
  running_stale: number;
}

/** Where each schedule stands, for gauges. */
export async function scheduleFigures(pool: pg.Pool): Promise<ScheduleFigures[]> {
  const { rows } = await pool.query<FiguresRow>(
    `with open as (
       select plans.schedule, jobs.opened_at
       from holdfast.jobs join holdfast.plans on plans.job_id = jobs.id
       where jobs.state = 'open' and jobs.id like 'plan/%'
     ), stale as (
       select name, count(*)::int as count
       from open join holdfast.schedules on name = schedule
       where opened_at < now() - run_timeout_ms * interval '1 ms' group by name
     ), unstarted as (
       select schedule, count(*)::int as count from holdfast.plans
       where skipped is null and started_at is null and due_at <= now() group by schedule
     )
     select schedules.name, definition, paused_at is not null as is_paused, through as decided_through,
       (extract(epoch from now() - through) * 1000 - delay_ms)::float8 as lag_ms,
       coalesce(unstarted.count, 0) as planned, coalesce(stale.count, 0) as running_stale
     from holdfast.schedules
       left join stale on stale.name = schedules.name
       left join unstarted on unstarted.schedule = schedules.name
       cross join lateral (
         select coalesce(min(decided_through), schedules.created_at) as through
         from holdfast.schedule_scopes
         where schedule = schedules.name and seen_at >= (
           -- The tick that decided the last time came when that was due. A scope that it did not see is one no
           -- longer, and is not behind. A tick that is under way, or met trouble, has not seen them all.
           select least(max(seen_at), coalesce(
             max(decided_through) filter (where seen_at <= ticked_at and trouble is null)
               + delay_ms * interval '1 ms',
             '-infinity'))
           from holdfast.schedule_scopes where schedule = schedules.name)
       ) scopes
     order by schedules.name`,
  );
  return rows.map((row) => ({
    name: row.name,
    document: row.definition,
    isPaused: row.is_paused,
    decidedThrough: row.decided_through,
    lagMs: row.lag_ms,
    planned: row.planned,
    runningStale: row.running_stale,
  }));
}
