import type pg from 'pg';
import type { JobError, JobOutcome } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { SessionItem } from '../domain/session.ts';

interface ReleasedRow {
  cursor: number;
  /** Null where nothing was released. */
  index: number | null;
  job_id: string;
  state: JobOutcome['state'];
  error: JobError;
  payload: Json;
  is_there: boolean;
}

/**
 * What a session has released after an index, in order: each index up to the cursor once. One
 * without a released slot was passed over.
 */
export async function readReleased(
  pool: pg.Pool,
  id: string,
  after: number,
  limit: number,
): Promise<SessionItem[]> {
  const { rows } = await pool.query<ReleasedRow>(
    `select session.cursor::float8, slot.index::float8, slot.job_id, slot.state, slot.error,
            result.payload, coalesce(slot.error, result.payload) is not null as is_there
     from holdfast.sessions session
       left join holdfast.session_slots slot
         on slot.session_id = session.id and slot.released_at is not null
         and slot.index > $2 and slot.index <= least(session.cursor, $2 + $3::bigint)
       -- Lateral with a limit: joined, a page would read all results there are.
       left join lateral (
         select payload from holdfast.results
         where job_id = slot.job_id and generation = slot.generation and verdict = 'accepted'
           and slot.state = 'succeeded' and slot.pruned_at is null
         limit 1
       ) result on true
     where session.id = $1
     order by slot.index`,
    [id, after, limit],
  );
  const last = Math.min(rows[0]?.cursor ?? -1, after + limit);
  const released = new Map(rows.map((row) => [row.index, row]));
  return Array.from({ length: Math.max(0, last - after) }, (_, i) =>
    itemOf(after + 1 + i, released.get(after + 1 + i)),
  );
}

function itemOf(index: number, row: ReleasedRow | undefined): SessionItem {
  if (row === undefined) return { index, job: undefined, state: 'skipped' };
  const { job_id: job, state } = row;
  if (!row.is_there) return { index, job, state: 'pruned' };
  return state === 'succeeded'
    ? { index, job, state, result: row.payload }
    : { index, job, state, error: row.error };
}
