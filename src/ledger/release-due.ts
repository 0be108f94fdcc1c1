import type pg from 'pg';
import { inTransaction } from './pool.ts';
import type { Turn } from './release-session.ts';
import { release } from './release-session.ts';
import type { SessionRow } from './session-row.ts';
import { SESSION_COLUMNS, sessionOfRow } from './session-row.ts';

/** A session whose deadline has released something. */
export interface ReleasedSession {
  readonly id: string;
  /** Indexes that were passed over. */
  readonly skipped: number;
  /** Whose turn it is then, in a strict session. */
  readonly turn?: Turn;
}

/**
 * Passes over gaps whose time is over, in the sessions that have waited longest. Answers those that
 * passed over something; one that somebody else is at is left to him.
 */
export async function releaseDue(pool: pg.Pool, limit: number): Promise<ReleasedSession[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from holdfast.sessions where skip_at <= now() order by skip_at limit $1',
    [limit],
  );
  const released: ReleasedSession[] = [];
  for (const { id } of rows) {
    const { skipped = 0, turn } = await inTransaction(pool, (tx) => releaseOne(tx, id));
    if (skipped > 0) released.push({ id, skipped, ...(turn && { turn }) });
  }
  return released;
}

async function releaseOne(tx: pg.PoolClient, id: string): ReturnType<typeof release> {
  const { rows } = await tx.query<SessionRow>(
    `select ${SESSION_COLUMNS} from holdfast.sessions
     where id = $1 and skip_at <= clock_timestamp() for update skip locked`,
    [id],
  );
  return rows[0] === undefined ? {} : release(tx, sessionOfRow(rows[0]));
}
