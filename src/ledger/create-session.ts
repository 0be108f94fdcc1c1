import type pg from 'pg';
import type { Session, SessionRules } from '../domain/session.ts';
import { findSession } from './find-sessions.ts';
import type { Queryable } from './pool.ts';

/** Creates a session; answers the one that is there, whatever its rules. */
export async function createSession(
  pool: pg.Pool,
  id: string,
  rules: SessionRules,
): Promise<Session> {
  await insertSession(pool, id, rules);
  const session = await findSession(pool, id);
  if (session === undefined) throw new Error(`session ${id} went away while it was created`);
  return session;
}

/** Answers false when there is one of this id. */
export async function insertSession(
  db: Queryable,
  id: string,
  { skipAfterMs, isStrict }: SessionRules,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into holdfast.sessions (id, skip_after_ms, is_strict) values ($1, $2, $3)
     on conflict (id) do nothing`,
    [id, skipAfterMs ?? null, isStrict],
  );
  return rowCount === 1;
}
