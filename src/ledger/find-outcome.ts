import type { JobError, JobOutcome, JobState } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

/** How a job ended, `open` while it is, or undefined when it was never opened. */
export async function findOutcome(
  db: Queryable,
  id: string,
  generation: number,
): Promise<JobOutcome | 'open' | undefined> {
  const { rows } = await db.query<{ state: JobState; result: Json; error: JobError }>(
    'select state, result, error from holdfast.jobs where id = $1 and generation = $2',
    [id, generation],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  if (row.state === 'open') return 'open';
  return row.state === 'succeeded'
    ? { state: row.state, result: row.result }
    : { state: row.state, error: row.error };
}
