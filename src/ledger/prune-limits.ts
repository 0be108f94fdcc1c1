import type pg from 'pg';

/** Drops what stands for concurrency limits and rates that no job is subject to any more. */
export async function dropLimits(pool: pg.Pool, limit: number): Promise<void> {
  for (const statement of [LIMITS, STARTS, RATES]) {
    for (let dropped: number | null = limit; dropped === limit;) {
      ({ rowCount: dropped } = await pool.query(statement, [limit]));
    }
  }
}

/** Behind the lock nobody begins to hold it or to wait for it. */
const LIMITS = `with due as materialized (
       select name, pool from holdfast.resources resource
       where is_limit and not exists (
         select 1 from holdfast.grants where grants.resource = name and grants.pool = resource.pool)
       order by name, pool limit $1 for update skip locked
     )
     delete from holdfast.resources resource using due
     where resource.name = due.name and resource.pool = due.pool
       and holdfast.held_of(due.name, due.pool) = 0
       and not holdfast.is_awaited(due.name, due.pool)`;

const STARTS = `with due as materialized (
       select job_id, generation from holdfast.rate_starts
       where starts_at + window_ms * interval '1 millisecond' < now()
       order by starts_at limit $1 for update skip locked
     )
     delete from holdfast.rate_starts start using due
     where start.job_id = due.job_id and start.generation = due.generation`;

/** Whoever comes for a rate that goes makes it anew. */
const RATES = `with due as materialized (
       select key from holdfast.rates rate
       where not exists (select 1 from holdfast.rate_starts start where start.key = rate.key)
       order by key limit $1 for update skip locked
     )
     delete from holdfast.rates rate using due where rate.key = due.key`;
