import type pg from 'pg';
import type { HeldAttempt } from '../domain/node.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';

/** One start of a node. */
export interface NodeStart {
  readonly node: string;
  readonly incarnation: string;
}

/** A job whose place is asked for. */
export type PlacedJob = Pick<HeldAttempt, 'job' | 'generation'>;

/** An attempt that gets a place, and how many slots it takes there when not 1. */
export type PlacedAttempt = HeldAttempt & { readonly slots?: number };

/**
 * A column for queries of `holdfast.nodes node`: the slots reserved on the node's incarnation. Of open
 * jobs only: an orphan, left by a call that was slower than its job's end, must not take a slot.
 */
export const RESERVED = `(select coalesce(sum(held.slots), 0)::int
  from holdfast.reservations held
  join holdfast.jobs job on job.id = held.job_id and job.generation = held.generation
  where held.node = node.name and held.incarnation = node.incarnation and job.state = 'open'
  ) as reserved`;

/**
 * Places an attempt of an open job on a node, in the stead of any earlier place or wait of the job.
 * It may be repeated. Answers false, and changes nothing, when the node is no longer online, enabled
 * and of that incarnation, when too few of its slots are free, when a later attempt of the job has a place, or
 * when the job is not open.
 *
 * @param overbook take no heed of the slots: a pinned job queues on its node
 */
export async function reserve(
  pool: pg.Pool,
  attempt: PlacedAttempt,
  place: NodeStart,
  { overbook }: { readonly overbook: boolean },
): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const all = await lockUsableNode(tx, place);
    if (all === undefined) return false;
    // A statement of its own: it must see what was reserved while the lock was waited for.
    const { rowCount } = await tx.query(
      `with placed as (
         insert into holdfast.reservations as held
           (job_id, generation, epoch, node, incarnation, slots)
         select id, generation, $3, $4, $5, $8::integer from holdfast.jobs
         where id = $1 and generation = $2 and state = 'open' and ($6 or $7 >= $8::integer + (
           select coalesce(sum(other.slots), 0) from holdfast.reservations other
           join holdfast.jobs job on job.id = other.job_id and job.generation = other.generation
           where other.node = $4 and other.incarnation = $5 and job.state = 'open'
             and (other.job_id, other.generation) <> ($1, $2)))
         on conflict (job_id, generation) do update
         set epoch = excluded.epoch, node = excluded.node, incarnation = excluded.incarnation,
             slots = excluded.slots, reserved_at = now()
         where held.epoch <= excluded.epoch
         returning job_id, generation
       ), ended_wait as (
         delete from holdfast.waits wait using placed
         where wait.job_id = placed.job_id and wait.generation = placed.generation
       )
       select 1 from placed`,
      [
        attempt.job,
        attempt.generation,
        attempt.epoch,
        place.node,
        place.incarnation,
        overbook,
        all,
        attempt.slots ?? 1,
      ],
    );
    return rowCount === 1;
  });
}

/** Takes a job's reservation and wait off the record: it goes to its pool's queue. */
export async function clearPlace(pool: pg.Pool, { job, generation }: PlacedJob): Promise<void> {
  await pool.query(
    `with cleared as (
       delete from holdfast.reservations where job_id = $1 and generation = $2
     )
     delete from holdfast.waits where job_id = $1 and generation = $2`,
    [job, generation],
  );
}

/** The attempts of open jobs that were placed on one start of a node, oldest first. */
export async function held(
  pool: pg.Pool,
  { node, incarnation }: NodeStart,
): Promise<HeldAttempt[]> {
  const { rows } = await pool.query<HeldAttempt>(
    `select held.job_id as job, held.generation, held.epoch
     from holdfast.reservations held
     join holdfast.jobs job on job.id = held.job_id and job.generation = held.generation
     where held.node = $1 and held.incarnation = $2 and job.state = 'open'
     order by held.reserved_at, held.job_id, held.generation`,
    [node, incarnation],
  );
  return rows;
}

/** Keeps other reservations, and changes of the node, out until the transaction ends. */
async function lockUsableNode(tx: Queryable, place: NodeStart): Promise<number | undefined> {
  const { rows } = await tx.query<{ slots: number }>(
    `select slots from holdfast.nodes
     where name = $1 and incarnation = $2 and state = 'online' and mode = 'enabled'
       and not is_stopping
     for no key update`,
    [place.node, place.incarnation],
  );
  return rows[0]?.slots;
}
