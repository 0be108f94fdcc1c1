import type { JobError, JobOutcome, JobState } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

/** How a job ended, `open` while it is, or undefined when it was never opened. */
export async function findOutcome(
  db: Queryable,
  id: string,
  generation: number,
): Promise<JobOutcome | 'open' | undefined> {
  const { rows } = await db.query<{
    state: JobState;
    closed_at: Date;
    error: JobError | null;
    payload: Json;
    has_payload: boolean;
  }>(
    `select job.state, job.closed_at, job.error, result.payload,
            result.payload is not null as has_payload
     from holdfast.jobs job
       left join holdfast.results result
         on result.job_id = job.id and result.generation = job.generation
         and result.verdict = 'accepted' and job.state = 'succeeded'
     where job.id = $1 and job.generation = $2`,
    [id, generation],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { state } = row;
  if (state === 'open') return state;
  if (state === 'succeeded' && row.has_payload) return { state, result: row.payload };
  if (state !== 'succeeded' && row.error !== null) return { state, error: row.error };
  return { state: 'failed', error: prunedError(id, state, row.closed_at) };
}

/** What is told of a job whose result or error was cleaned up. */
export function prunedError(id: string, state: JobOutcome['state'], closedAt: Date): JobError {
  const ended = state === 'cancelled' ? 'was cancelled' : state;
  const on = closedAt.toISOString().slice(0, 10);
  const what = state === 'succeeded' ? 'its result' : 'the reason';
  return { code: 'result_pruned', message: `job ${id} ${ended} on ${on}; ${what} was cleaned up` };
}
