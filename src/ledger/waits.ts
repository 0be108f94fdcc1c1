import type pg from 'pg';
import type { PlacedJob } from './reservations.ts';

/** An open job that has no place. Times are milliseconds since the Unix epoch. */
export interface Wait extends PlacedJob {
  readonly pool: string;
  readonly kind: string;
  /** The node waited for, when it is a certain one. */
  readonly node?: string | undefined;
  readonly why: string;
  readonly since: number;
  /** When the job looks for a place again by itself. */
  readonly until?: number | undefined;
}

/** What {@link listWaits} selects. */
export interface WaitFilter {
  readonly pool?: string;
  /** Waits at most. */
  readonly limit: number;
}

/** News that may give waiting jobs a place. */
export interface WaitNews {
  /** The node that changed; left out, a slot became free. */
  readonly node?: string;
  readonly pool: string;
  /** Jobs at most. */
  readonly limit: number;
}

interface WaitRow {
  job: string;
  generation: number;
  pool: string;
  kind: string;
  node: string | null;
  why: string;
  since: Date;
  until: Date | null;
}

// Of open jobs only: a call that was slower than its job's end may have left an orphan.
const WAITS = `select wait.job_id as job, wait.generation, wait.pool, wait.kind, wait.node, wait.why,
    wait.since, wait.until
  from holdfast.waits wait
  join holdfast.jobs job
    on job.id = wait.job_id and job.generation = wait.generation and job.state = 'open'`;

/**
 * Puts on record that an open job waits, and takes its reservation off. Repeated, it changes the
 * reason and keeps since when. Of a job that is not open it records nothing.
 */
export async function recordWait(pool: pg.Pool, wait: Wait): Promise<void> {
  await pool.query(
    `with unplaced as (
       delete from holdfast.reservations where job_id = $1 and generation = $2
     )
     insert into holdfast.waits (job_id, generation, pool, kind, node, why, since, until)
     select id, generation, $3, $4, $5, $6, $7, $8 from holdfast.jobs
     where id = $1 and generation = $2 and state = 'open'
     on conflict (job_id, generation) do update
     set pool = excluded.pool, kind = excluded.kind, node = excluded.node, why = excluded.why,
         until = excluded.until`,
    [
      wait.job,
      wait.generation,
      wait.pool,
      wait.kind,
      wait.node ?? null,
      wait.why,
      new Date(wait.since),
      wait.until === undefined ? null : new Date(wait.until),
    ],
  );
}

/**
 * The jobs that news of a node, or of a free slot, may give a place, those that wait longest first:
 * they wait for that node, or for any node of that pool.
 */
export async function waiting(pool: pg.Pool, news: WaitNews): Promise<PlacedJob[]> {
  const { rows } = await pool.query<WaitRow>(
    `${WAITS} where wait.node = $1 or (wait.node is null and wait.pool = $2)
     order by wait.since, wait.job_id, wait.generation limit $3`,
    [news.node ?? null, news.pool, news.limit],
  );
  return rows.map(({ job, generation }) => ({ job, generation }));
}

/** The jobs that wait, those that wait longest first. */
export async function listWaits(pool: pg.Pool, filter: WaitFilter): Promise<Wait[]> {
  const { rows } = await pool.query<WaitRow>(
    `${WAITS} where ($1::text is null or wait.pool = $1)
     order by wait.since, wait.job_id, wait.generation limit $2`,
    [filter.pool ?? null, filter.limit],
  );
  return rows.map(waitOfRow);
}

/** The wait of an open job, or undefined. */
export async function waitOf(
  pool: pg.Pool,
  job: string,
  generation: number,
): Promise<Wait | undefined> {
  const { rows } = await pool.query<WaitRow>(
    `${WAITS} where wait.job_id = $1 and wait.generation = $2`,
    [job, generation],
  );
  return rows.map(waitOfRow)[0];
}

function waitOfRow(row: WaitRow): Wait {
  return {
    job: row.job,
    generation: row.generation,
    pool: row.pool,
    kind: row.kind,
    node: row.node ?? undefined,
    why: row.why,
    since: row.since.getTime(),
    until: row.until?.getTime(),
  };
}
