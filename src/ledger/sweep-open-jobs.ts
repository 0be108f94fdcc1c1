import type pg from 'pg';
import type { JobRequest, JobState, SessionSlot } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import { formatCursor, parseCursor } from './page-cursor.ts';

/** One page of what a sweep looks at. */
export interface SweepPage {
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A job that a sweep looks at. */
export interface SweptJob {
  readonly id: string;
  readonly generation: number;
  /** The run that has it open: whatever is written is written on condition of it. */
  readonly runId: string;
  readonly kind: string;
  readonly pool: string;
  readonly session: SessionSlot | undefined;
}

/** A page of jobs; `cursor` is there when more may follow. */
export interface SweptJobs {
  readonly jobs: readonly SweptJob[];
  readonly cursor: string | undefined;
}

/** A job with what it takes to start it again. */
export interface StartableJob extends SweptJob {
  readonly state: JobState;
  readonly request: JobRequest;
}

interface SweptRow {
  id: string;
  generation: number;
  run_id: string;
  kind: string;
  pool: string;
  session_id: string | null;
  session_index: string | null;
}

const COLUMNS = 'id, generation, run_id, kind, pool, session_id, session_index';

/** Open jobs that were opened some time ago, in the order of their opening. */
export async function openJobs(
  pool: pg.Pool,
  { cursor, limit, leastAgeMs }: SweepPage & { readonly leastAgeMs: number },
): Promise<SweptJobs> {
  const { rows } = await pool.query<SweptRow & { at_us: string }>(
    `select ${COLUMNS}, (extract(epoch from opened_at) * 1000000)::bigint as at_us
     from holdfast.jobs
     where state = 'open' and opened_at <= now() - $5 * interval '1 millisecond'
       and ($1::bigint is null or (opened_at, id, generation) >
            (timestamptz 'epoch' + $1 * interval '1 microsecond', $2::text, $3::int))
     order by opened_at, id, generation limit $4`,
    [...parseCursor(cursor), limit, leastAgeMs],
  );
  return pageOf(rows, limit);
}

/** Open jobs past their deadline, in its order. */
export async function jobsPastDeadline(
  pool: pg.Pool,
  { cursor, limit }: SweepPage,
): Promise<SweptJobs> {
  const { rows } = await pool.query<SweptRow & { at_us: string }>(
    `select ${COLUMNS}, (extract(epoch from deadline_at) * 1000000)::bigint as at_us
     from holdfast.jobs
     where state = 'open' and deadline_at <= now()
       and ($1::bigint is null or (deadline_at, id, generation) >
            (timestamptz 'epoch' + $1 * interval '1 microsecond', $2::text, $3::int))
     order by deadline_at, id, generation limit $4`,
    [...parseCursor(cursor), limit],
  );
  return pageOf(rows, limit);
}

/** Jobs that were closed as lost, and whose next generation is not on record. */
export async function lostJobs(pool: pg.Pool, limit: number): Promise<SweptJob[]> {
  const { rows } = await pool.query<SweptRow>(
    `select ${COLUMNS} from holdfast.jobs job
     where state = 'cancelled' and error ->> 'code' = 'job_lost'
       and not exists (select 1 from holdfast.jobs newer
         where newer.id = job.id and newer.generation > job.generation)
     order by id limit $1`,
    [limit],
  );
  return rows.map(jobOf);
}

/** A generation of a job as it is now, with what it was submitted with; undefined when there is none. */
export async function startableJob(
  pool: pg.Pool,
  id: string,
  generation: number,
): Promise<StartableJob | undefined> {
  const { rows } = await pool.query<
    SweptRow & {
      state: JobState;
      input: Json;
      options: Partial<JobRequest> | null;
      horizon_ms: string | null;
    }
  >(
    `select ${COLUMNS}, state, input, options, horizon_ms
     from holdfast.jobs where id = $1 and generation = $2`,
    [id, generation],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { state, input, options, horizon_ms: horizonMs } = row;
  const job = jobOf(row);
  const request: JobRequest = {
    // In the row of an older version only the horizon is on record.
    ...(horizonMs === null ? {} : { horizonMs: Number(horizonMs) }),
    ...options,
    kind: job.kind,
    pool: job.pool,
    input,
    ...(job.session === undefined ? {} : { session: job.session }),
  };
  return { ...job, state, request };
}

function pageOf(rows: readonly (SweptRow & { at_us: string })[], limit: number): SweptJobs {
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    jobs: rows.map(jobOf),
    cursor: last && formatCursor([Number(last.at_us), last.id, last.generation]),
  };
}

function jobOf(row: SweptRow): SweptJob {
  const { id, generation, run_id: runId, kind, pool, session_id: session } = row;
  const slot = session === null ? undefined : { id: session, index: Number(row.session_index) };
  return { id, generation, runId, kind, pool, session: slot };
}
