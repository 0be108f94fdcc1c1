import type pg from 'pg';
import { HoldfastError } from '../domain/errors.ts';
import type { Resource, ResourceCapacity, ResourceKey } from '../domain/resource.ts';
import type { GrantedJob } from './decide-grants.ts';
import { decideWaiting } from './decide-grants.ts';
import { inTransaction } from './pool.ts';

/** What {@link listResources} selects; a pool's resources without the fleet's. */
export interface ResourceFilter {
  readonly name?: string | undefined;
  readonly pool?: string | undefined;
}

/** Jobs that wait for a fleet's resource and are told of one that their pool got, at most. */
const TOLD_OF_A_NEW_ONE = 1_000;

/** What stands for the whole fleet in a column, of which no null can be part of a key. */
const FLEET = '';

/** Resources by filter, ordered by name and pool. */
export async function listResources(pool: pg.Pool, filter: ResourceFilter): Promise<Resource[]> {
  const { rows } = await pool.query<Resource & { pool: string }>(
    `select name, resource.pool, capacity::float8, is_limit as "isLimit", held, waiting
     from holdfast.resources resource
       cross join lateral (
         select coalesce(sum(amount), 0)::float8 as held
         from holdfast.grants
         where grants.resource = name and grants.pool = resource.pool and state = 'held'
       ) holding
       cross join lateral (
         select count(*)::float8 as waiting from holdfast.grants
         where grants.resource = name and grants.pool = resource.pool and state = 'waiting'
       ) queue
     where ($1::text is null or name = $1) and ($2::text is null or resource.pool = $2)
     order by name, resource.pool`,
    [filter.name ?? null, filter.pool ?? null],
  );
  return rows.map((row) => ({ ...row, pool: row.pool === FLEET ? undefined : row.pool }));
}

/** The waiting jobs that are to be told of resources that were changed. */
export interface ToldOfChange {
  readonly granted: readonly GrantedJob[];
  /** They wait for the fleet's, and their pool has one of its own now: they are to ask for that. */
  readonly strayed: readonly GrantedJob[];
}

/** Sets a capacity; what is held stays so. */
export async function setResource(
  pool: pg.Pool,
  { name, pool: ofPool = FLEET, capacity }: ResourceCapacity,
): Promise<ToldOfChange> {
  await pool.query(
    `insert into holdfast.resources (name, pool, capacity) values ($1, $2, $3)
     on conflict (name, pool) do update
       set capacity = excluded.capacity, changed_at = clock_timestamp()`,
    [name, ofPool, capacity],
  );
  return tellOf(pool, [{ name, pool: ofPool }]);
}

/**
 * Creates the resources of a configuration, and changes those whose configured capacity is another than
 * before: a restart with the same does not undo what was set since.
 */
export async function configureResources(
  pool: pg.Pool,
  resources: readonly ResourceCapacity[],
): Promise<ToldOfChange> {
  const { rows } = await pool.query<{ name: string; pool: string }>(
    `insert into holdfast.resources (name, pool, capacity, configured)
     select name, pool, capacity, capacity
     from unnest($1::text[], $2::text[], $3::bigint[]) as given(name, pool, capacity)
     order by name, pool
     on conflict (name, pool) do update
       set capacity = excluded.capacity, configured = excluded.configured,
           changed_at = clock_timestamp()
       where resources.configured is distinct from excluded.configured
     returning name, pool`,
    [
      resources.map(({ name }) => name),
      resources.map((each) => each.pool ?? FLEET),
      resources.map(({ capacity }) => capacity),
    ],
  );
  return tellOf(pool, rows);
}

/** Grants what there is now. Jobs that wait for the fleet's resource look for that of their pool. */
async function tellOf(
  pool: pg.Pool,
  changed: readonly { readonly name: string; readonly pool: string }[],
): Promise<ToldOfChange> {
  if (changed.length === 0) return { granted: [], strayed: [] };
  const names = changed.map((each) => ({ resource: each.name, pool: each.pool }));
  const granted = await decideWaiting(pool, names);
  const { rows: strayed } = await pool.query<GrantedJob>(
    `select grants.job_id as job, grants.generation
     from unnest($1::text[], $2::text[]) as changed(name, pool)
       join holdfast.grants on grants.resource = changed.name and grants.pool = ''
         and grants.state = 'waiting'
       join holdfast.jobs job on job.id = grants.job_id and job.generation = grants.generation
     where changed.pool <> '' and job.pool = changed.pool
     order by grants.priority, grants.asked limit $3`,
    [changed.map(({ name }) => name), changed.map((each) => each.pool), TOLD_OF_A_NEW_ONE],
  );
  return { granted, strayed };
}

/**
 * Removes a resource; false when there is none.
 *
 * @throws HoldfastError `resource_in_use` while jobs hold some of it or wait for it
 */
export async function removeResource(
  pool: pg.Pool,
  { name, pool: ofPool = FLEET }: ResourceKey,
): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(
      'select 1 from holdfast.resources where name = $1 and pool = $2 for update',
      [name, ofPool],
    );
    if (rowCount === 0) return false;
    const { rows } = await tx.query<{ holders: number; waiting: number }>(
      `select count(*) filter (where state = 'held')::int as holders,
              count(*) filter (where state = 'waiting')::int as waiting
       from holdfast.grants where resource = $1 and pool = $2`,
      [name, ofPool],
    );
    const { holders = 0, waiting = 0 } = rows[0] ?? {};
    if (holders + waiting > 0) throw inUse(name, ofPool, holders, waiting);
    await tx.query('delete from holdfast.resources where name = $1 and pool = $2', [name, ofPool]);
    return true;
  });
}

function inUse(name: string, pool: string, holders: number, waiting: number): HoldfastError {
  const of = pool === FLEET ? name : `${name} of pool ${pool}`;
  return new HoldfastError(
    'resource_in_use',
    `resource ${of} cannot be removed: ${holders} jobs hold some of it, ${waiting} wait for it`,
    {
      hint: 'set its capacity to 0, which grants no more of it, and remove it when those jobs have ended',
      details: { resource: name, pool, holders, waiting },
    },
  );
}
