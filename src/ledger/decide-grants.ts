import type pg from 'pg';
import type { Ask, Supply } from '../domain/grants.ts';
import { decideGrants } from '../domain/grants.ts';
import { inTransaction } from './pool.ts';

/** A resource by its row; `pool` is empty when it is the whole fleet's. */
export interface ResourceName {
  readonly resource: string;
  readonly pool: string;
}

/** A job that holds now what it asked for, or should ask again: it is to be told. */
export interface GrantedJob {
  readonly job: string;
  readonly generation: number;
}

/** First waiters of each resource that are looked at: more of them only where the first leave some. */
const LOOKED_AT = [20, 200, 2_000, 20_000];

/**
 * Grants what waits for some resources, by the rule of the domain. It decides for whatever those who
 * wait for them wait for, too, so that nobody is passed by in another queue.
 */
export async function decideWaiting(
  pool: pg.Pool,
  resources: readonly ResourceName[],
): Promise<GrantedJob[]> {
  const told: GrantedJob[] = [];
  for (const limit of LOOKED_AT) {
    const { jobs, isDone } = await inTransaction(pool, (tx) => decideFirst(tx, resources, limit));
    told.push(...jobs);
    if (isDone) break;
  }
  return told;
}

interface Waiter extends Ask, GrantedJob {}

async function decideFirst(
  tx: pg.PoolClient,
  resources: readonly ResourceName[],
  limit: number,
): Promise<{ jobs: GrantedJob[]; isDone: boolean }> {
  const locked = await lockAll(tx, resources, limit);
  const { waiters, unseen, isCut } = await firstWaiters(tx, locked, limit);
  const supplies = new Map<string, Supply>(unseen.map((name) => [name, 'unseen']));
  for (const row of locked) supplies.set(keyOf(row), row);
  const { granted, again, left } = decideGrants(supplies, waiters);
  if (granted.length > 0) await hold(tx, granted);
  const jobs = [...granted, ...again].map(({ job, generation }) => ({ job, generation }));
  const isLeft = resources.some((resource) => (left.get(keyOf(resource)) ?? 0) > 0);
  return { jobs, isDone: !isCut || !isLeft };
}

interface LockedResource extends ResourceName {
  readonly capacity: number;
  readonly held: number;
}

/** The first of a queue, without those who can never get what they ask for. */
const FIRST_WAITERS = `select waiter.job_id, waiter.generation
       from holdfast.grants waiter
       where waiter.resource = queue.resource and waiter.pool = queue.pool
         and waiter.state = 'waiting' and not exists (
           select 1 from holdfast.grants need
             left join holdfast.resources supply
               on supply.name = need.resource and supply.pool = need.pool
           where need.job_id = waiter.job_id and need.generation = waiter.generation
             and (supply.name is null or supply.capacity < need.amount))
       order by waiter.priority, waiter.asked limit $3`;

/** In the one order that everybody keeps to, so that nobody waits for each other. */
async function lockAll(
  tx: pg.PoolClient,
  resources: readonly ResourceName[],
  limit: number,
): Promise<LockedResource[]> {
  const { rows } = await tx.query<LockedResource>(
    `with recursive queue(resource, pool) as (
       select * from unnest($1::text[], $2::text[])
       union
       select need.resource, need.pool
       from queue
         cross join lateral (${FIRST_WAITERS}) waiter
         join holdfast.grants need
           on need.job_id = waiter.job_id and need.generation = waiter.generation
     ), locked as materialized (
       select name, pool, capacity from holdfast.resources
       where (name, pool) in (select resource, pool from queue)
       order by name, pool for update
     )
     select name as resource, pool, capacity::float8, holdfast.held_of(name, pool)::float8 as held
     from locked`,
    [...columnsOf(resources), limit],
  );
  return rows;
}

interface NeedRow extends ResourceName {
  job_id: string;
  generation: number;
  amount: number;
}

/**
 * Those who wait for the resources, in order, as far as every queue is known. `unseen`: what they need
 * beside, because they came while the locks were waited for.
 */
async function firstWaiters(
  tx: pg.PoolClient,
  locked: readonly LockedResource[],
  limit: number,
): Promise<{ waiters: Waiter[]; unseen: string[]; isCut: boolean }> {
  const { rows } = await tx.query<NeedRow>(
    `select need.job_id, need.generation, need.resource, need.pool, need.amount::float8
     from (
       select distinct waiter.job_id, waiter.generation
       from unnest($1::text[], $2::text[]) as queue(resource, pool)
         cross join lateral (${FIRST_WAITERS}) waiter
     ) waiter
       join holdfast.grants need
         on need.job_id = waiter.job_id and need.generation = waiter.generation
     where need.state = 'waiting'
     order by need.priority, need.asked, need.job_id, need.generation`,
    [...columnsOf(locked), limit],
  );
  const seen = new Set(locked.map(keyOf));
  const unseen = rows.map(keyOf).filter((name) => !seen.has(name));
  const all = waitersOf(rows);
  const waiters = all.slice(0, knownPart(all, limit));
  const isCut = waiters.length < all.length || isFull(all, limit);
  return { waiters, unseen, isCut };
}

function waitersOf(rows: readonly NeedRow[]): Waiter[] {
  const waiters: (Waiter & { needs: { resource: string; amount: number }[] })[] = [];
  for (const row of rows) {
    const { job_id: job, generation, amount } = row;
    const need = { resource: keyOf(row), amount };
    const last = waiters.at(-1);
    if (last?.job === job && last.generation === generation) last.needs.push(need);
    else waiters.push({ job, generation, needs: [need] });
  }
  return waiters;
}

/** Behind the last that was read of one queue, others may come before those of another queue. */
function knownPart(waiters: readonly Waiter[], limit: number): number {
  const lengths = new Map<string, number>();
  for (const [at, { needs }] of waiters.entries()) {
    for (const { resource } of needs) {
      const length = (lengths.get(resource) ?? 0) + 1;
      if (length === limit) return at + 1;
      lengths.set(resource, length);
    }
  }
  return waiters.length;
}

function isFull(waiters: readonly Waiter[], limit: number): boolean {
  return waiters.length >= limit;
}

async function hold(tx: pg.PoolClient, granted: readonly Waiter[]): Promise<void> {
  await tx.query(
    `update holdfast.grants held set state = 'held', granted_at = clock_timestamp()
     from unnest($1::text[], $2::int[]) as granted(job, generation)
     where held.job_id = granted.job and held.generation = granted.generation
       and held.state = 'waiting'`,
    [granted.map(({ job }) => job), granted.map(({ generation }) => generation)],
  );
}

function columnsOf(resources: readonly ResourceName[]): [string[], string[]] {
  return [resources.map(({ resource }) => resource), resources.map(({ pool }) => pool)];
}

function keyOf({ resource, pool }: ResourceName): string {
  return JSON.stringify([resource, pool]);
}
