import type pg from 'pg';
import type { AskGrant, OpenJob } from '../domain/activities.ts';
import type { Need } from '../domain/need.ts';
import { insertStatement, insertValues } from './insert-job.ts';
import type { Queryable } from './pool.ts';

/*
 * A job that nobody stands in the way of gets what it needs in the statement that asks for it: the
 * resources' rows are locked, and what is held of them is counted behind the locks, by functions which
 * see what was committed in the meantime. Any other is put into the queues, for `decide-grants.ts`.
 */

/** Whether a job holds what it needs now; undefined when it was not asked for. */
type Asked = 'held' | 'waiting' | undefined;

/** Records a job as open and asks for what it needs, in one statement; undefined when it is on record. */
export async function insertAndAsk(pool: pg.Pool, open: OpenJob): Promise<Asked> {
  const { needs, priority, pool: ofPool } = open.spec;
  const job = `${insertStatement('from verdict')} returning id, generation`;
  const values = insertValues(open);
  return ask(pool, job, values, { needs, priority, pool: ofPool });
}

/** Asks for what an open job needs, unless that was done before. */
export async function askOnce(pool: pg.Pool, asked: AskGrant): Promise<Asked> {
  // The lock makes a close wait, which then finds the grants.
  const job = `select job.id, job.generation from holdfast.jobs job, verdict
     where job.id = $1 and job.generation = $2 and job.state = 'open' for share of job`;
  return ask(pool, job, [asked.job, asked.generation], asked);
}

async function ask(
  db: Queryable,
  job: string,
  values: unknown[],
  { needs, priority, pool }: Pick<AskGrant, 'needs' | 'priority' | 'pool'>,
): Promise<Asked> {
  const { rows } = await db.query<{ is_held: boolean; is_asked: boolean }>(
    askStatement(job, values.length, needs),
    [
      ...values,
      needs.map(({ resource }) => resource),
      needs.map(({ amount }) => amount),
      needs.map(({ limit }) => limit ?? null),
      pool,
      priority,
    ],
  );
  const row = rows[0];
  if (row?.is_asked !== true) return undefined;
  return row.is_held ? 'held' : 'waiting';
}

function askStatement(job: string, before: number, needs: readonly Need[]): string {
  const [names, amounts, limits, pool, priority] = [1, 2, 3, 4, 5].map((at) => `$${before + at}`);
  const hasLimit = needs.some(({ limit }) => limit !== undefined);
  return `with wanted as materialized (
       select * from unnest(${names}::text[], ${amounts}::bigint[], ${limits}::bigint[])
         as need(resource, amount, "limit")
     ), locked as materialized (
       select name, pool, capacity from holdfast.resources resource
       where name = any(${names}::text[]) and (pool = ${pool} or pool = '' and not exists (
         select 1 from holdfast.resources own where own.name = resource.name and own.pool = ${pool}))
       order by name, pool for update of resource
     ), supply as materialized (
       select name, pool, amount, coalesce("limit", capacity) as capacity,
              holdfast.held_of(name, pool) as held, holdfast.is_awaited(name, pool) as is_awaited
       from locked join wanted on resource = name
     ), verdict as materialized (
       select count(*) = ${needs.length}
         and coalesce(bool_and(not is_awaited and held + amount <= capacity), false) as is_held
       from supply
     ), job as materialized (${job}
     )${hasLimit ? SET_LIMITS : ''}, ask as materialized (
       select id, generation, is_held, nextval('holdfast.asks') as asked from job, verdict
     ), granted as (
       insert into holdfast.grants
         (job_id, generation, resource, pool, amount, priority, asked, state, granted_at)
       select ask.id, ask.generation, resource, coalesce(supply.pool, ''), wanted.amount,
              ${priority}::smallint, ask.asked, case when is_held then 'held' else 'waiting' end,
              case when is_held then clock_timestamp() end
       from ask cross join wanted left join supply on supply.name = resource
       on conflict do nothing
       returning 1
     )
     select is_held, exists (select 1 from granted) as is_asked from ask`;
}

/** The limit that was asked for last counts. */
const SET_LIMITS = `, relimited as (
       update holdfast.resources resource set capacity = "limit", changed_at = clock_timestamp()
       from job, locked join wanted on wanted.resource = locked.name
       where resource.name = locked.name and resource.pool = locked.pool and resource.is_limit
         and "limit" <> locked.capacity
     )`;
