import type pg from 'pg';
import type { News } from './listen.ts';
import { listen } from './listen.ts';

/** The channel on which a session's id goes out with everything that it releases. */
export const SESSIONS_CHANNEL = 'holdfast_sessions';

/** Hears of every session that releases something, by its id. */
export function listenToSessions(pool: pg.Pool, onNews: (sessionId: string) => void): News {
  return listen(pool, SESSIONS_CHANNEL, onNews);
}
