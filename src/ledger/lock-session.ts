import type pg from 'pg';
import type { Session } from '../domain/session.ts';
import { DEFAULT_SESSION_RULES } from '../domain/session.ts';
import { insertSession } from './create-session.ts';
import type { SessionRow } from './session-row.ts';
import { SESSION_COLUMNS, sessionOfRow } from './session-row.ts';

/*
 * Whoever changes slots holds the session's row first, then the jobs' rows, then the slots': in this
 * order everywhere, so that nobody waits for each other.
 */

/** Locks a session until the transaction ends; undefined when there is none. */
export async function lockSession(tx: pg.PoolClient, id: string): Promise<Session | undefined> {
  const { rows } = await tx.query<SessionRow>(
    `select ${SESSION_COLUMNS} from holdfast.sessions where id = $1 for update`,
    [id],
  );
  return rows[0] && sessionOfRow(rows[0]);
}

/** Locks the session of a job until the transaction ends; undefined when it is in none. */
export async function lockSessionOf(
  tx: pg.PoolClient,
  jobId: string,
  generation: number,
): Promise<Session | undefined> {
  const { rows } = await tx.query<SessionRow>(
    `select ${SESSION_COLUMNS} from holdfast.sessions
     where id = (select session_id from holdfast.jobs where id = $1 and generation = $2)
     for update`,
    [jobId, generation],
  );
  return rows[0] && sessionOfRow(rows[0]);
}

/** Locks a session until the transaction ends; one that is not there is created. */
export async function lockOrCreateSession(
  tx: pg.PoolClient,
  id: string,
): Promise<{ session: Session; isNew: boolean }> {
  const known = await lockSession(tx, id);
  if (known !== undefined) return { session: known, isNew: false };
  const isNew = await insertSession(tx, id, DEFAULT_SESSION_RULES);
  const session = await lockSession(tx, id);
  if (session === undefined) throw new Error(`session ${id} went away while it was created`);
  return { session, isNew };
}
