import type pg from 'pg';
import { parseIsoTime } from '../domain/iso-time.ts';
import { checkScope } from '../domain/plan-id.ts';
import { invalid } from '../domain/errors.ts';
import type { JobError } from '../domain/job.ts';
import type { PlanHistoryState } from '../domain/schedule.ts';
import type { PlanSkip } from './plan-scopes.ts';
import { isoOf } from './plan-scopes.ts';

/** One attempt of a plan's job. */
export interface PlanAttempt {
  readonly generation: number;
  readonly epoch: number;
  readonly node: string | undefined;
  readonly incarnation: string | undefined;
  readonly state: 'RUNNING' | 'SUCCESS' | 'FAILED';
  /** Why it failed: `run_timeout`, `canceled`, `lease_lost`, `handler_panic`, `handler_error`, `stale_timeout`. */
  readonly code: string | undefined;
  readonly reason: string | undefined;
  /** Of one that runs: since when it is on its way to the node, or there. */
  readonly startedAt: Date | undefined;
  /** Undefined while it runs. */
  readonly endedAt: Date | undefined;
  readonly beatAt: Date | undefined;
  readonly rowsAffected: number | undefined;
  readonly summary: string | undefined;
}

/** A plan, or a range of skipped times, with what became of it. */
export interface PlanRecord {
  readonly schedule: string;
  readonly scope: string;
  readonly time: Date;
  readonly state: PlanHistoryState;
  readonly reason: PlanSkip | undefined;
  /** Of a range: its last time, and how many there are. */
  readonly through: Date | undefined;
  readonly count: number | undefined;
  readonly revision: number;
  readonly origin: 'tick' | 'trigger' | 'backfill';
  readonly decidedAt: Date;
  readonly dueAt: Date | undefined;
  readonly startedAt: Date | undefined;
  readonly jobId: string | undefined;
  /** The newest generation of its job, once that was opened. */
  readonly generation: number | undefined;
  readonly closedAt: Date | undefined;
  readonly error: JobError | undefined;
  /** Of all generations, in order. Those of an open job are on record once it is closed. */
  readonly attempts: readonly PlanAttempt[];
}

/** What {@link planHistory} selects. */
export interface HistoryFilter {
  readonly schedule: string;
  readonly scope?: string | undefined;
  readonly state?: PlanHistoryState | undefined;
  /** Times from then on, and up to then. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** The newest times first. `cursor` is there when more follow. */
export interface HistoryPage {
  readonly plans: readonly PlanRecord[];
  readonly cursor: string | undefined;
}

interface HistoryRow {
  schedule: string;
  scope: string;
  time: Date;
  state: PlanHistoryState;
  skipped: PlanSkip | null;
  through: Date | null;
  count: number | null;
  revision: number;
  origin: PlanRecord['origin'];
  decided_at: Date;
  due_at: Date | null;
  started_at: Date | null;
  job_id: string | null;
  generation: number | null;
  closed_at: Date | null;
  error: JobError | null;
  attempts: AttemptColumns[] | null;
}

interface AttemptColumns {
  generation: number;
  epoch: number;
  node: string | null;
  incarnation: string | null;
  outcome: string;
  code: string | null;
  reason: string | null;
  started_at: string | null;
  ended_at: string;
  beat_at: string | null;
  rows_affected: number | null;
  summary: string | null;
}

/** What became of a schedule's plans: read from their jobs, and never written twice. */
export async function planHistory(pool: pg.Pool, filter: HistoryFilter): Promise<HistoryPage> {
  const [beforeTime, beforeScope] = parseCursor(filter.cursor);
  const { rows } = await pool.query<HistoryRow>(
    `select plan.*, attempt.attempts from (
       select plans.*, job.generation, job.closed_at, job.error,
         case when skipped is not null then 'SKIPPED' when job.state is null then 'PLANNED'
           when job.state = 'open' then 'RUNNING' when job.state = 'succeeded' then 'SUCCESS'
           else 'FAILED' end as state
       from holdfast.plans
         left join lateral (
           select generation, state, closed_at, error from holdfast.jobs
           where id = plans.job_id order by generation desc limit 1
         ) job on true
       where schedule = $1 and ($2::text is null or scope = $2)
         and ($4::timestamptz is null or coalesce(through, time) >= $4)
         and ($5::timestamptz is null or time <= $5)
         and ($6::timestamptz is null or (time, scope) < ($6, $7::text))
     ) plan
       left join lateral (
         select json_agg(attempts order by generation, epoch) as attempts
         from holdfast.attempts where job_id = plan.job_id
       ) attempt on true
     where ($3::text is null or state = $3)
     order by time desc, scope desc limit $8`,
    [
      filter.schedule,
      filter.scope ?? null,
      filter.state ?? null,
      filter.since ?? null,
      filter.until ?? null,
      beforeTime,
      beforeScope,
      filter.limit + 1,
    ],
  );
  const page = rows.slice(0, filter.limit).map(recordOfRow);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return { plans: page, cursor: last && formatCursor(last) };
}

function recordOfRow(row: HistoryRow): PlanRecord {
  return {
    schedule: row.schedule,
    scope: row.scope,
    time: row.time,
    state: row.state,
    reason: row.skipped ?? undefined,
    through: row.through ?? undefined,
    count: row.count ?? undefined,
    revision: row.revision,
    origin: row.origin,
    decidedAt: row.decided_at,
    dueAt: row.due_at ?? undefined,
    startedAt: row.started_at ?? undefined,
    jobId: row.job_id ?? undefined,
    generation: row.generation ?? undefined,
    closedAt: row.closed_at ?? undefined,
    error: row.error ?? undefined,
    attempts: (row.attempts ?? []).map(attemptOfRow),
  };
}

function attemptOfRow(row: AttemptColumns): PlanAttempt {
  return {
    generation: row.generation,
    epoch: row.epoch,
    node: row.node ?? undefined,
    incarnation: row.incarnation ?? undefined,
    state: row.outcome === 'succeeded' ? 'SUCCESS' : 'FAILED',
    code: row.code ?? undefined,
    reason: row.reason ?? undefined,
    startedAt: row.started_at === null ? undefined : new Date(row.started_at),
    endedAt: new Date(row.ended_at),
    beatAt: row.beat_at === null ? undefined : new Date(row.beat_at),
    rowsAffected: row.rows_affected ?? undefined,
    summary: row.summary ?? undefined,
  };
}

function formatCursor({ time, scope }: PlanRecord): string {
  return Buffer.from(JSON.stringify([time.getTime(), scope])).toString('base64url');
}

function parseCursor(text: string | undefined): [string, string] | [null, null] {
  if (text === undefined) return [null, null];
  try {
    const [time, scope] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const before = isoOf(time as number);
    // The cursor of another list counts microseconds: that is a year which PostgreSQL does not take.
    parseIsoTime(before, 'time');
    return [before, checkScope(scope, 'scope')];
  } catch {
    throw invalid('cursor', 'the cursor that the page before gave', text);
  }
}
