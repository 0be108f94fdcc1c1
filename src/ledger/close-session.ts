import type pg from 'pg';
import { HoldfastError } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import { lockSession } from './lock-session.ts';
import { inTransaction } from './pool.ts';
import { release } from './release-session.ts';
import { SESSIONS_CHANNEL } from './session-news.ts';

/**
 * Sets how many indexes a session has. Answers the session as it is then: with another count when it
 * was closed before, or undefined when there is none.
 *
 * @throws HoldfastError `session_ended` when a job holds a higher index already
 */
export async function closeSession(
  pool: pg.Pool,
  id: string,
  count: number,
): Promise<Session | undefined> {
  return inTransaction(pool, async (tx) => {
    const session = await lockSession(tx, id);
    if (session === undefined || session.count !== undefined) return session;
    await checkNothingBehind(tx, session, count);
    await tx.query(
      `with closed as (
         update holdfast.sessions
         set count = $2, ended_at = case when cursor + 1 = $2 then clock_timestamp() end
         where id = $1 and count is null
       )
       select pg_notify($3, $1)`,
      [id, count, SESSIONS_CHANNEL],
    );
    // What is missing at the end is a gap from now on.
    await release(tx, { ...session, count });
    return lockSession(tx, id);
  });
}

async function checkNothingBehind(
  tx: pg.PoolClient,
  { id, cursor }: Session,
  count: number,
): Promise<void> {
  const { rows } = await tx.query<{ index: number; job_id: string }>(
    `select index::float8, job_id from holdfast.session_slots
     where session_id = $1 and index >= $2 order by index desc limit 1`,
    [id, count],
  );
  const behind = rows[0];
  if (behind === undefined && cursor < count) return;
  const whose = behind === undefined ? `index ${cursor}` : `job ${behind.job_id}`;
  const what = behind === undefined ? 'was passed over' : `holds index ${behind.index}`;
  throw new HoldfastError(
    'session_ended',
    `session ${id} cannot end after ${count} indexes: ${whose} ${what}`,
  );
}
