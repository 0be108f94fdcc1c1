import type pg from 'pg';
import type { UnfittingResource } from '../domain/doctor/resource-findings.ts';

/** Resources of which waiting jobs want more than there is in all, ordered by name and pool. */
export async function unfittingResources(
  pool: pg.Pool,
  limit: number,
): Promise<UnfittingResource[]> {
  const { rows } = await pool.query<{
    name: string;
    pool: string;
    capacity: number | null;
    asked: number;
    waiting: number;
    job: string;
  }>(
    `select grants.resource as name, grants.pool, supply.capacity::float8,
       max(grants.amount)::float8 as asked, count(*)::float8 as waiting,
       (array_agg(grants.job_id order by grants.asked))[1] as job
     from holdfast.grants
       left join holdfast.resources supply
         on supply.name = grants.resource and supply.pool = grants.pool
     where grants.state = 'waiting' and grants.amount > coalesce(supply.capacity, 0)
     group by grants.resource, grants.pool, supply.capacity
     order by grants.resource, grants.pool limit $1`,
    [limit],
  );
  return rows.map(({ pool: ofPool, capacity, ...row }) => ({
    ...row,
    pool: ofPool === '' ? undefined : ofPool,
    capacity: capacity ?? undefined,
  }));
}
