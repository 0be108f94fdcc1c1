import type pg from 'pg';
import type { Session } from '../domain/session.ts';
import { formatCursor, parseCursor } from './page-cursor.ts';
import type { SessionRow } from './session-row.ts';
import { SESSION_COLUMNS, sessionOfRow } from './session-row.ts';

/** What {@link listSessions} selects. */
export interface SessionFilter {
  /** `ended`: its last index was released or passed over. */
  readonly state?: 'open' | 'ended';
  /** Sessions at most. */
  readonly limit: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

/** Newest first. `cursor` is there when more sessions follow. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  readonly cursor: string | undefined;
}

/** How far a session has come. */
export type SessionHead = Pick<Session, 'id' | 'cursor' | 'count'>;

/** A session, or undefined. */
export async function findSession(pool: pg.Pool, id: string): Promise<Session | undefined> {
  const { rows } = await pool.query<SessionRow>(
    `select ${SESSION_COLUMNS} from holdfast.sessions where id = $1`,
    [id],
  );
  return rows[0] && sessionOfRow(rows[0]);
}

/** Sessions by filter, newest first. */
export async function listSessions(pool: pg.Pool, filter: SessionFilter): Promise<SessionPage> {
  const [beforeAt, beforeId] = parseCursor(filter.cursor);
  const { rows } = await pool.query<SessionRow & { created_us: string }>(
    `select ${SESSION_COLUMNS}, (extract(epoch from created_at) * 1000000)::bigint as created_us
     from holdfast.sessions
     where ($1::boolean is null or (ended_at is not null) = $1)
       and ($2::bigint is null or (created_at, id) <
            (timestamptz 'epoch' + $2 * interval '1 microsecond', $3::text))
     order by created_at desc, id desc
     limit $4`,
    [
      filter.state === undefined ? null : filter.state === 'ended',
      beforeAt,
      beforeId,
      filter.limit + 1,
    ],
  );
  const page = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? page.at(-1) : undefined;
  return {
    sessions: page.map(sessionOfRow),
    cursor: last && formatCursor([Number(last.created_us), last.id, 0]),
  };
}

/** The cursors and counts of those of the sessions that there are. */
export async function sessionHeads(pool: pg.Pool, ids: readonly string[]): Promise<SessionHead[]> {
  const { rows } = await pool.query<Pick<SessionRow, 'id' | 'cursor' | 'count'>>(
    'select id, cursor::float8, count::float8 from holdfast.sessions where id = any($1)',
    [ids],
  );
  return rows.map(({ id, cursor, count }) => ({ id, cursor, count: count ?? undefined }));
}
