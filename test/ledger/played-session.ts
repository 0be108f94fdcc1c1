import type pg from 'pg';
import type { OpenJob } from '../../src/domain/activities.ts';
import type { JobOutcome } from '../../src/domain/job.ts';
import type { TakenResult } from '../../src/domain/late-result.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findSession } from '../../src/ledger/find-sessions.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { closing, opening, unique } from './records.ts';

/** A failure for the record. */
export const FAILURE: JobOutcome = {
  state: 'failed',
  error: { code: 'job_failed', message: 'boom' },
};

/** A cancellation for the record. */
export const CANCELLED: JobOutcome = {
  state: 'cancelled',
  error: { code: 'job_cancelled', message: 'enough' },
};

/** A job that is open at an index of a session. */
export async function openAt(pool: pg.Pool, id: string, index: number): Promise<OpenJob> {
  const open = opening({ session: { id, index } });
  await openJob(pool, open);
  return open;
}

/** A closed job at an index of a session; its result is the index unless it is given otherwise. */
export async function fillAt(
  pool: pg.Pool,
  id: string,
  index: number,
  outcome: JobOutcome = { state: 'succeeded', result: index },
): Promise<OpenJob> {
  const open = await openAt(pool, id, index);
  await closeJob(pool, closing(open, outcome));
  return open;
}

/** What readers of a session get, as index and what is there: a state or a result. */
export async function story(pool: pg.Pool, id: string): Promise<unknown[]> {
  const items = await readReleased(pool, id, -1, 100);
  return items.map((item) => (item.state === 'succeeded' ? item.result : item.state));
}

/** The cursor of a session. */
export async function cursorOf(pool: pg.Pool, id: string): Promise<number | undefined> {
  return (await findSession(pool, id))?.cursor;
}

/** Makes the gap of a session due, as if all of its time had passed. */
export async function makeDue(pool: pg.Pool, id: string): Promise<void> {
  await pool.query(
    `update holdfast.sessions
     set gap_since = gap_since - skip_after_ms * interval '1 millisecond', skip_at = now()
     where id = $1 and skip_at is not null`,
    [id],
  );
}

/** A result of the first attempt of a job that its node sends late. */
export function lateResult({ spec }: OpenJob, given: Partial<TakenResult> = {}): TakenResult {
  const { id: job, generation } = spec;
  const result = { text: 'late' };
  return {
    job,
    generation,
    epoch: 1,
    node: 'n1',
    token: undefined,
    result,
    startedAt: 1,
    arrival: unique('arrival'),
    ...given,
  };
}
