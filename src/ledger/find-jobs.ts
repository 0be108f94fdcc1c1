import type pg from 'pg';
import { parseJobWorkflowId } from '../domain/ids.ts';
import type { JobOptions } from '../domain/job-options.ts';
import type { Job, JobError, JobState } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import { prunedError } from './find-outcome.ts';
import { formatCursor, parseCursor } from './page-cursor.ts';

/** What {@link listJobs} selects. */
export interface JobFilter {
  readonly state?: JobState;
  readonly kind?: string;
  readonly pool?: string;
  readonly session?: string;
  /** Jobs at most. */
  readonly limit: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

/** Newest first. `cursor` is there when more jobs follow. */
export interface JobPage {
  readonly jobs: readonly Job[];
  readonly cursor: string | undefined;
}

/** A job with its input and result. */
export interface StoredJob extends Job {
  /** Null, too, when it was cleaned up. */
  readonly input: Json;
  readonly result: Json | undefined;
  /** What it was started with beside these; undefined in a job of an older version. */
  readonly options?: JobOptions;
  /** By when it must have ended. */
  readonly deadlineAt?: Date;
  /** When all but its fence was cleaned up. Its `error` says so, where its end is not kept. */
  readonly prunedAt?: Date;
}

interface JobRow {
  id: string;
  generation: number;
  kind: string;
  pool: string;
  state: JobState;
  session_id: string | null;
  session_index: string | null;
  attempt_count: number;
  failover_count: number;
  opened_at: Date;
  closed_at: Date | null;
  error: JobError | null;
}

interface StoredRow extends JobRow {
  input: Json;
  pruned_at: Date | null;
  options: JobOptions | null;
  deadline_at: Date | null;
  payload: Json;
  has_payload: boolean;
}

const COLUMNS = `id, generation, kind, pool, state, session_id, session_index, attempt_count,
  failover_count, opened_at, closed_at, error`;

/** A generation of a job, the newest unless another is named, or undefined. */
export async function findJob(
  pool: pg.Pool,
  id: string,
  generation?: number,
): Promise<StoredJob | undefined> {
  const { rows } = await pool.query<StoredRow>(
    `select ${COLUMNS}, input, pruned_at, options, deadline_at, payload, payload is not null as has_payload
     from holdfast.jobs
       left join lateral (
         select payload from holdfast.results
         where job_id = jobs.id and results.generation = jobs.generation
           and verdict = 'accepted' and jobs.state = 'succeeded'
       ) result on true
     where id = $1 and ($2::int is null or generation = $2) order by generation desc limit 1`,
    [id, generation ?? null],
  );
  return rows[0] && storedJobOfRow(rows[0]);
}

/** Those of the workflows that the ledger knows. */
export async function openedWorkflows(
  pool: pg.Pool,
  workflowIds: readonly string[],
): Promise<Set<string>> {
  const wanted = workflowIds.flatMap((workflowId) => parseJobWorkflowId(workflowId) ?? []);
  const { rows } = await pool.query<{ workflow_id: string }>(
    `select workflow_id from holdfast.jobs
     where (id, generation) in (select * from unnest($1::text[], $2::int[]))`,
    [wanted.map(({ jobId }) => jobId), wanted.map(({ generation }) => generation)],
  );
  return new Set(rows.map(({ workflow_id: workflowId }) => workflowId));
}

/** Jobs by filter, newest first, without those that were cleaned up. */
export async function listJobs(pool: pg.Pool, filter: JobFilter): Promise<JobPage> {
  const [beforeAt, beforeId, beforeGeneration] = parseCursor(filter.cursor);
  const { rows } = await pool.query<JobRow & { opened_us: string }>(
    `select ${COLUMNS}, (extract(epoch from opened_at) * 1000000)::bigint as opened_us
     from holdfast.jobs
     where pruned_at is null
       and ($1::text is null or state = $1) and ($2::text is null or kind = $2)
       and ($3::text is null or pool = $3) and ($4::text is null or session_id = $4)
       and ($5::bigint is null or (opened_at, id, generation) <
            (timestamptz 'epoch' + $5 * interval '1 microsecond', $6::text, $7::int))
     order by opened_at desc, id desc, generation desc
     limit $8`,
    [
      filter.state ?? null,
      filter.kind ?? null,
      filter.pool ?? null,
      filter.session ?? null,
      beforeAt,
      beforeId,
      beforeGeneration,
      filter.limit + 1,
    ],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    jobs: page.map(jobOfRow),
    cursor: last && formatCursor([Number(last.opened_us), last.id, last.generation]),
  };
}

function storedJobOfRow(row: StoredRow): StoredJob {
  const { id, state, input, closed_at: closedAt } = row;
  const job = jobOfRow(row);
  const isLost = state === 'succeeded' ? !row.has_payload : row.error === null;
  const lost = state !== 'open' && closedAt !== null && isLost;
  return {
    ...job,
    ...(lost && { error: prunedError(id, state, closedAt) }),
    input,
    result: row.has_payload ? row.payload : undefined,
    ...(row.options !== null && { options: row.options }),
    ...(row.deadline_at !== null && { deadlineAt: row.deadline_at }),
    ...(row.pruned_at !== null && { prunedAt: row.pruned_at }),
  };
}

function jobOfRow(row: JobRow): Job {
  return {
    id: row.id,
    generation: row.generation,
    kind: row.kind,
    pool: row.pool,
    state: row.state,
    session:
      row.session_id === null
        ? undefined
        : { id: row.session_id, index: Number(row.session_index) },
    attemptCount: row.attempt_count,
    failoverCount: row.failover_count,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
    error: row.error ?? undefined,
  };
}
