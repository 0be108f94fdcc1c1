import type pg from 'pg';
import type { JobError, JobSpec, JobState, SessionSlot } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

/** The result in one slot of a session. */
export type SessionResult =
  | {
      readonly index: number;
      readonly job: string;
      readonly state: 'succeeded';
      readonly result: Json;
    }
  | {
      readonly index: number;
      readonly job: string;
      readonly state: 'failed' | 'cancelled';
      readonly error: JobError;
    };

/** Takes a slot for a job. Answers false when another job holds it. */
export async function takeSlot(
  db: Queryable,
  session: SessionSlot,
  { id, generation }: Pick<JobSpec, 'id' | 'generation'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into holdfast.session_slots (session_id, index, job_id, generation)
     values ($1, $2, $3, $4) on conflict (session_id, index) do nothing`,
    [session.id, session.index, id, generation],
  );
  return rowCount === 1;
}

/** The id of the job that holds a slot. */
export async function slotHolder(db: Queryable, session: SessionSlot): Promise<string> {
  const { rows } = await db.query<{ job_id: string }>(
    'select job_id from holdfast.session_slots where session_id = $1 and index = $2',
    [session.id, session.index],
  );
  return rows[0]?.job_id ?? 'unknown';
}

/**
 * The filled slots of a session in the order of their index, from `after` on, without a gap: it
 * ends before the first index that is missing or not filled.
 */
export async function readPrefix(
  pool: pg.Pool,
  sessionId: string,
  after: number,
  limit: number,
): Promise<SessionResult[]> {
  const { rows } = await pool.query<{
    index: string;
    job_id: string;
    state: JobState;
    result: Json;
    error: JobError;
  }>(
    `select index, job_id, state, result, error
     from (select slot.*, row_number() over (order by index) as position
           from holdfast.session_slots slot
           where session_id = $1 and index > $2 and filled_at is not null
           order by index limit $3) slot
       join holdfast.jobs job on job.id = slot.job_id and job.generation = slot.generation
     where index = $2 + position
     order by index`,
    [sessionId, after, limit],
  );
  return rows.map((row) => {
    const slot = { index: Number(row.index), job: row.job_id };
    return row.state === 'succeeded'
      ? { ...slot, state: row.state, result: row.result }
      : { ...slot, state: row.state as 'failed' | 'cancelled', error: row.error };
  });
}
