import type pg from 'pg';
import type { JobState, SessionSlot } from '../domain/job.ts';
import type { Queryable } from './pool.ts';

/** How many slots of a session jobs hold; of those, how many are filled; of those, released. */
export interface SlotCounts {
  readonly taken: number;
  readonly filled: number;
  readonly released: number;
}

/** Who holds a slot, and what can still become of it. */
export interface SlotHolder {
  readonly job: string;
  readonly generation: number;
  /** `open` until it is filled. */
  readonly state: JobState;
  /** It was released or passed over. */
  readonly isReleased: boolean;
  /** Another job may take it over. */
  readonly canReplace: boolean;
}

/** How many slots of a session are taken, filled and released. */
export async function countSlots(pool: pg.Pool, id: string): Promise<SlotCounts> {
  const { rows } = await pool.query<SlotCounts>(
    `select count(*)::int as taken, count(filled_at)::int as filled,
            count(released_at)::int as released
     from holdfast.session_slots where session_id = $1`,
    [id],
  );
  return rows[0] ?? { taken: 0, filled: 0, released: 0 };
}

/** Who holds a slot, or undefined when nobody does. */
export async function findSlot(db: Queryable, slot: SessionSlot): Promise<SlotHolder | undefined> {
  const { rows } = await db.query<{
    job_id: string;
    generation: number;
    state: JobState;
    is_released: boolean;
  }>(
    `select slot.job_id, slot.generation, slot.state, slot.index <= session.cursor as is_released
     from holdfast.session_slots slot
       join holdfast.sessions session on session.id = slot.session_id
     where slot.session_id = $1 and slot.index = $2`,
    [slot.id, slot.index],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { job_id: job, generation, state, is_released: isReleased } = row;
  return { job, generation, state, isReleased, canReplace: state !== 'open' && !isReleased };
}

/**
 * Lets the open job that holds a slot give it up when it is cancelled: it leaves no placeholder, which
 * might be released before another job can take its place. A later generation, which somebody else has
 * started meanwhile, keeps its slot.
 */
export async function yieldSlot(
  pool: pg.Pool,
  { id, index }: SessionSlot,
  { job, generation }: Pick<SlotHolder, 'job' | 'generation'>,
): Promise<void> {
  await pool.query(
    `update holdfast.session_slots set yields = true
     where session_id = $1 and index = $2 and job_id = $3 and generation <= $4
       and state = 'open'`,
    [id, index, job, generation],
  );
}

/** Whether every earlier index of a session is released or passed over; so it is in an unknown one. */
export async function isTurn(db: Queryable, { id, index }: SessionSlot): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from holdfast.sessions where id = $1 and cursor + 1 < $2',
    [id, index],
  );
  return rows.length === 0;
}

/** Whether a job has to wait until it is its turn: in strict sessions only. */
export async function awaitsTurn(db: Queryable, { id, index }: SessionSlot): Promise<boolean> {
  const { rows } = await db.query(
    'select 1 from holdfast.sessions where id = $1 and is_strict and cursor + 1 < $2',
    [id, index],
  );
  return rows.length > 0;
}
