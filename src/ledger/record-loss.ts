import type pg from 'pg';
import type { LeftNode } from '../domain/activities.ts';
import type { PoolPause, StormPolicy } from '../domain/storm.ts';
import { isStorm, stormPause } from '../domain/storm.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import { findPause, setPause } from './pool-pauses.ts';

/** A loss of a node; `at` in milliseconds since the Unix epoch. */
export type NodeLoss = Pick<LeftNode, 'name' | 'pool' | 'incarnation' | 'at'>;

/**
 * Puts the loss of a node on record, and pauses the failover of its pool when it makes a storm.
 * Answers the pause in force. Repeated, it changes nothing.
 */
export async function recordLoss(
  pool: pg.Pool,
  loss: NodeLoss,
  policy: StormPolicy,
): Promise<PoolPause | undefined> {
  return inTransaction(pool, async (tx) => {
    // One at a time: of two at once neither would count the other. Losses are rare.
    await tx.query('lock table holdfast.losses in share row exclusive mode');
    const isNew = await insertLoss(tx, loss);
    await forgetOld(tx, loss.at);
    const pause = await findPause(tx, loss.pool);
    if (!isNew) return pause;
    const { lost, poolSize, now } = await countLosses(tx, loss.pool, policy.windowMs);
    if (!isStorm(lost, poolSize, policy)) return pause;
    const until = Math.max(now + policy.holdMs, pause?.until ?? 0);
    const storm = stormPause({ pool: loss.pool, lost, poolSize }, until, policy);
    await setPause(tx, storm);
    return storm;
  });
}

async function insertLoss(tx: Queryable, loss: NodeLoss): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into holdfast.losses (name, incarnation, lost_at, pool) values ($1, $2, $3, $4)
     on conflict (name, incarnation, lost_at) do nothing`,
    [loss.name, loss.incarnation, new Date(loss.at), loss.pool],
  );
  return rowCount === 1;
}

/** Storms are matters of seconds. */
const KEPT_MS = 86_400_000;

async function forgetOld(tx: Queryable, at: number): Promise<void> {
  await tx.query('delete from holdfast.losses where lost_at < $1', [new Date(at - KEPT_MS)]);
}

/** The nodes that were lost in the window that ends with the pool's newest loss, and its size. */
async function countLosses(
  tx: Queryable,
  pool: string,
  windowMs: number,
): Promise<{ lost: number; poolSize: number; now: number }> {
  const { rows } = await tx.query<{ lost: number; pool_size: number; now: Date }>(
    `with lost as (
       select distinct name from holdfast.losses
       where pool = $1 and lost_at >= $2 * interval '-1 millisecond' + (
         select max(lost_at) from holdfast.losses where pool = $1)
     ), known as (
       select name from lost
       union
       select name from holdfast.nodes where pool = $1 and state = 'online'
     )
     select (select count(*)::int from lost) as lost,
            (select count(*)::int from known) as pool_size, clock_timestamp() as now`,
    [pool, windowMs],
  );
  const { lost = 0, pool_size: poolSize = 0, now = new Date(0) } = rows[0] ?? {};
  return { lost, poolSize, now: now.getTime() };
}
