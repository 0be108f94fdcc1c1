import type pg from 'pg';
import type { AskGrant, GrantAnswer } from '../domain/activities.ts';
import type { NeedSituation } from '../domain/grants.ts';
import { waitWords } from '../domain/grants.ts';
import type { Need } from '../domain/need.ts';
import { askOnce } from './ask-grants.ts';
import type { GrantedJob, ResourceName } from './decide-grants.ts';
import { decideWaiting } from './decide-grants.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';

/** What an open job holds, or waits for. */
export interface JobGrant {
  readonly state: 'held' | 'waiting';
  /** Ordered by the names of the resources. */
  readonly needs: readonly NeedSituation[];
  /** What it waits for, in words; undefined when it holds all of it. */
  readonly words: string | undefined;
  readonly askedAt: Date;
  readonly grantedAt: Date | undefined;
}

/** The answer to a job that asks, and who else is to be told. */
export interface LedgerGrant {
  readonly answer: GrantAnswer;
  readonly granted: readonly GrantedJob[];
}

/** Grants a job all that it needs, or none of it; repeated, it answers how the job stands. */
export async function askGrant(pool: pg.Pool, ask: AskGrant): Promise<LedgerGrant> {
  const { job, generation, needs } = ask;
  let grant = await grantOf(pool, job, generation);
  if (grant === undefined) {
    const asked = needs.length === 0 ? 'held' : await askOnce(pool, ask);
    if (asked === 'held') return { answer: { kind: 'held' }, granted: [] };
    grant = await grantOf(pool, job, generation);
  }
  if (grant === undefined) return { answer: { kind: 'missing' }, granted: [] };
  if (grant.state === 'held') return { answer: { kind: 'held' }, granted: [] };
  const left = await findResources(pool, ask, grant.needs);
  if (left.length > 0) grant = (await grantOf(pool, job, generation)) ?? grant;
  // What does not fit is not granted, whoever else waits.
  const seeds = mayFit(grant.needs) ? [...left, ...grant.needs] : left;
  if (seeds.length === 0) return { answer: answerOf(grant), granted: [] };
  const granted = await decideWaiting(pool, seeds);
  grant = (await grantOf(pool, job, generation)) ?? grant;
  const others = granted.filter((each) => each.job !== job || each.generation !== generation);
  return { answer: answerOf(grant), granted: others };
}

function answerOf({ state, words = '' }: JobGrant): GrantAnswer {
  return state === 'held' ? { kind: 'held' } : { kind: 'waiting', why: words };
}

function mayFit(needs: readonly NeedSituation[]): boolean {
  return needs.every(({ amount, held, capacity }) => held + amount <= (capacity ?? 0));
}

/** What an open job holds or waits for; undefined when it has not asked for anything. */
export async function grantOf(
  db: Queryable,
  job: string,
  generation: number,
): Promise<JobGrant | undefined> {
  const { rows } = await db.query<{
    resource: string;
    pool: string;
    amount: number;
    state: 'held' | 'waiting';
    asked_at: Date;
    granted_at: Date | null;
    capacity: number | null;
    held: number;
    place: number;
  }>(
    `select own.resource, own.pool, own.amount::float8, own.state, own.asked_at, own.granted_at,
            supply.capacity::float8, holdfast.held_of(own.resource, own.pool)::float8 as held,
            case when own.state = 'held' then 0 else 1 + (
              select count(*)::float8 from holdfast.grants other
              where other.resource = own.resource and other.pool = own.pool
                and other.state = 'waiting'
                and (other.priority, other.asked) < (own.priority, own.asked)) end as place
     from holdfast.grants own
       left join holdfast.resources supply on supply.name = own.resource and supply.pool = own.pool
     where own.job_id = $1 and own.generation = $2 order by own.resource`,
    [job, generation],
  );
  const first = rows[0];
  if (first === undefined) return undefined;
  const needs = rows.map(({ resource, pool, amount, capacity, held, place }) => {
    return { resource, pool, amount, capacity: capacity ?? undefined, held, place };
  });
  return {
    state: first.state,
    needs,
    words: first.state === 'held' ? undefined : waitWords(needs),
    askedAt: first.asked_at,
    grantedAt: first.granted_at ?? undefined,
  };
}

/**
 * Sees to it that the job waits for the resources that its pool has now, and that those are there
 * which nobody configures. Answers the ones that it waits for no more or now first.
 */
async function findResources(
  pool: pg.Pool,
  ask: AskGrant,
  waitsFor: readonly ResourceName[],
): Promise<ResourceName[]> {
  const limits = ask.needs.filter(({ limit }) => limit !== undefined);
  const isNew = limits.length > 0 && (await createLimits(pool, limits));
  const created = isNew ? limits.map(({ resource }) => ({ resource, pool: '' })) : [];
  const { rows } = await pool.query<{ name: string; pool: string }>(
    `select name, max(pool) as pool from holdfast.resources
     where name = any($1) and pool in ('', $2) group by name`,
    [waitsFor.map(({ resource }) => resource), ask.pool],
  );
  const poolOf = new Map(rows.map((row) => [row.name, row.pool]));
  const moved = waitsFor.filter(({ resource, pool: at }) => (poolOf.get(resource) ?? '') !== at);
  if (moved.length === 0) return created;
  await moveWaiting(pool, ask, moved);
  return [...created, ...moved];
}

/** Holding nothing else: whoever creates the same resource is waited for. */
async function createLimits(pool: pg.Pool, limits: readonly Need[]): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into holdfast.resources (name, capacity, is_limit)
     select *, true from unnest($1::text[], $2::bigint[]) on conflict (name, pool) do nothing`,
    [limits.map(({ resource }) => resource), limits.map(({ limit }) => limit)],
  );
  return rowCount !== 0;
}

async function moveWaiting(
  pool: pg.Pool,
  { job, generation, pool: ofPool }: AskGrant,
  from: readonly ResourceName[],
): Promise<void> {
  const names = from.map(({ resource }) => resource);
  const pools = ['', ofPool, ...from.map((each) => each.pool)];
  await inTransaction(pool, async (tx) => {
    await tx.query(
      `select 1 from holdfast.resources where name = any($1) and pool = any($2)
       order by name, pool for update`,
      [names, pools],
    );
    await tx.query(
      `update holdfast.grants set pool = coalesce((
         select max(supply.pool) from holdfast.resources supply
         where supply.name = grants.resource and supply.pool in ('', $4)), '')
       where job_id = $1 and generation = $2 and resource = any($3) and state = 'waiting'`,
      [job, generation, names, ofPool],
    );
  });
}
