import type pg from 'pg';
import { formatCursor, parseCursor } from './page-cursor.ts';
import { inTransaction } from './pool.ts';
import type { PlacedJob } from './reservations.ts';
import type { SweepPage } from './sweep-open-jobs.ts';

/** A table that holds something for open jobs only. */
export type Allocation = 'grants' | 'reservations' | 'waits' | 'rate_starts';

/** Jobs of one of the tables that were looked at. */
export interface SweptAllocations {
  readonly looked: number;
  /** Those that are not open. */
  readonly stale: readonly PlacedJob[];
  readonly cursor: string | undefined;
}

// Of the starts of closed jobs, those that were still count in their window.
const ALSO: Readonly<Partial<Record<Allocation, string>>> = {
  rate_starts: 'and held.starts_at > now()',
};

/** Jobs for which a table holds something, in their order. */
export async function sweptAllocations(
  pool: pg.Pool,
  table: Allocation,
  { cursor, limit }: SweepPage,
): Promise<SweptAllocations> {
  const [, afterJob, afterGeneration] = parseCursor(cursor);
  const { rows } = await pool.query<PlacedJob & { is_stale: boolean }>(
    `with page as (
       select distinct job_id, generation from holdfast.${table}
       where $1::text is null or (job_id, generation) > ($1, $2::int)
       order by job_id, generation limit $3
     )
     select page.job_id as job, page.generation, exists (
       select 1 from holdfast.${table} held
       where held.job_id = page.job_id and held.generation = page.generation
         and job.state <> 'open' ${ALSO[table] ?? ''}) as is_stale
     from page
       join holdfast.jobs job on job.id = page.job_id and job.generation = page.generation
     order by page.job_id, page.generation`,
    [afterJob, afterGeneration, limit],
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  const stale = rows.filter(({ is_stale: isStale }) => isStale);
  return {
    looked: rows.length,
    stale: stale.map(({ job, generation }) => ({ job, generation })),
    cursor: last && formatCursor([0, last.job, last.generation]),
  };
}

/** What was taken off the record, and who may use it. */
export interface ReleasedAllocations {
  readonly released: readonly PlacedJob[];
  /** Jobs that wait for what the grants held; those that come first. */
  readonly waiters: readonly PlacedJob[];
}

/** Waiters that are told of a release, at most: the others ask by themselves. */
const TOLD = 100;

/** Deletes what a table holds for jobs, of those that are not open. */
export async function releaseStale(
  pool: pg.Pool,
  table: Allocation,
  jobs: readonly PlacedJob[],
): Promise<ReleasedAllocations> {
  const keys = [jobs.map(({ job }) => job), jobs.map(({ generation }) => generation)];
  if (table === 'grants') return releaseGrants(pool, keys);
  const { rows } = await pool.query<PlacedJob>(deletion(table), keys);
  return { released: rows, waiters: [] };
}

async function releaseGrants(pool: pg.Pool, keys: unknown[]): Promise<ReleasedAllocations> {
  return inTransaction(pool, async (tx) => {
    // Grants change under a lock of their resources only, always taken in this order.
    await tx.query(
      `select 1 from holdfast.resources resource
       where (name, pool) in (select resource, pool from holdfast.grants
         where (job_id, generation) in (select * from unnest($1::text[], $2::int[])))
       order by name, pool for update`,
      keys,
    );
    const { rows } = await tx.query<PlacedJob & { resource: string; pool: string }>(
      `${deletion('grants')}, held.resource, held.pool`,
      keys,
    );
    const { rows: waiters } = await tx.query<PlacedJob>(
      `select job_id as job, generation from holdfast.grants
       where state = 'waiting'
         and (resource, pool) in (select * from unnest($1::text[], $2::text[]))
       group by job_id, generation order by min(priority), min(asked) limit $3`,
      [rows.map(({ resource }) => resource), rows.map(({ pool: of }) => of), TOLD],
    );
    const ofJob = new Map(
      rows.map(({ job, generation }) => [`${generation}/${job}`, { job, generation }]),
    );
    return { released: [...ofJob.values()], waiters };
  });
}

function deletion(table: Allocation): string {
  return `delete from holdfast.${table} held using holdfast.jobs job
     where (held.job_id, held.generation) in (select * from unnest($1::text[], $2::int[]))
       and job.id = held.job_id and job.generation = held.generation
       and job.state <> 'open' ${ALSO[table] ?? ''}
     returning held.job_id as job, held.generation`;
}
