import type pg from 'pg';
import type { GrantedJob, ResourceName } from './decide-grants.ts';
import { decideWaiting } from './decide-grants.ts';

/**
 * Grants what jobs gave back to those who wait for it; answers who is to be told. It comes after the
 * commit of what was given back: whoever was not there yet to be seen waiting sees that itself, because
 * a job that has come to wait asks once more.
 */
export async function passOn(pool: pg.Pool, freed: readonly ResourceName[]): Promise<GrantedJob[]> {
  if (freed.length === 0) return [];
  const { rows: awaited } = await pool.query<ResourceName>(
    `select resource, pool from unnest($1::text[], $2::text[]) as freed(resource, pool)
     where holdfast.is_awaited(resource, pool)`,
    [freed.map(({ resource }) => resource), freed.map((each) => each.pool)],
  );
  return awaited.length === 0 ? [] : decideWaiting(pool, awaited);
}
