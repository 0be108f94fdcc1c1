import { checkName } from '../domain/check.ts';
import { invalid } from '../domain/errors.ts';
import type { Session, SessionItem } from '../domain/session.ts';
import { HIGHEST_INDEX } from '../domain/session.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SessionReadOptions } from './follow-session.ts';
import { followSession } from './follow-session.ts';
import { sessionEnded, sessionExists, sessionNotFound } from './session-errors.ts';
import type { SessionOptions } from './session-rules.ts';
import { rulesOf } from './session-rules.ts';
import { SessionWatch } from './session-watch.ts';

/** How many indexes of a session are there. */
export interface SessionSlots {
  /** Held by a job, open or closed. */
  readonly taken: number;
  /** Held by a job that has ended. */
  readonly filled: number;
  /** Given to readers. */
  readonly released: number;
}

/** A session with all that is known of it. */
export interface SessionView extends Session {
  readonly slots: SessionSlots;
}

/** Which sessions to list. */
export interface SessionListOptions {
  /** `ended`: those whose last index was released. @default both */
  readonly state?: 'open' | 'ended';
  /** Sessions at most, 1 to 1000. @default 50 */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

/** One page of sessions, the newest first; `cursor` is there when more follow. */
export interface SessionList {
  readonly sessions: readonly Session[];
  readonly cursor: string | undefined;
}

/** Ordered streams of results. Each call also rejects with `ledger_unavailable`. */
export interface SessionsClient {
  /**
   * Creates a session. Only one with rules of its own needs it: the first submit creates one that
   * waits for gaps and runs its jobs in parallel. With the same rules it may be repeated.
   *
   * @throws HoldfastError `session_exists` when it has other rules, or `invalid_input`
   */
  create(id: string, options?: SessionOptions): Promise<SessionView>;
  /**
   * What a session releases, in the order of its indexes, from the one after `after` on; each index
   * once: `succeeded` with its result, `failed` or `cancelled` with the error, `skipped` when it was
   * passed over, `pruned` when its result was cleaned up. The iteration waits for what is not
   * released yet, over restarts of PostgreSQL too, and ends at the session's end, which
   * {@link close} sets. It reads on only when it is asked to.
   *
   * A consumer that keeps the index of the last item that it has dealt with, and gives it as `after`
   * when it starts again, sees each index exactly once.
   *
   * @throws HoldfastError `session_not_found`; `invalid_input` for an `after` that is no index of the
   *   session that was released; `ledger_unavailable` when the client is closed meanwhile, or with
   *   `follow: false` when PostgreSQL does not answer; or the reason of `signal`
   */
  results(id: string, options?: SessionReadOptions): AsyncIterable<SessionItem>;
  /**
   * Tells where a session ends: it has `count` indexes, from 0 on. Jobs of it may still be submitted
   * and run. It may be repeated with the same count.
   *
   * @throws HoldfastError `session_ended` when it was closed with another count or a job holds a
   *   higher index; `session_not_found` or `invalid_input`
   */
  close(id: string, options: { readonly count: number }): Promise<SessionView>;
  /** A session and where it stands. @throws HoldfastError `session_not_found` */
  get(id: string): Promise<SessionView>;
  /** Sessions by filter, the newest first, one page at a time. */
  list(options?: SessionListOptions): Promise<SessionList>;
}

/** A {@link SessionsClient} over a ledger, and what ends its readers. */
export function createSessionsClient(ledger: Ledger): {
  readonly sessions: SessionsClient;
  readonly endReaders: () => Promise<void>;
} {
  const watch = new SessionWatch(ledger);
  const sessions: SessionsClient = {
    create: (id, options) => createSession(ledger, id, options),
    results: (id, options) => followSession(ledger, watch, id, options),
    close: (id, options) => closeSession(ledger, id, options),
    get: (id) => getSession(ledger, id),
    list: (options) => listSessions(ledger, options),
  };
  return { sessions, endReaders: () => watch.close() };
}

async function createSession(
  ledger: Ledger,
  id: string,
  options: SessionOptions = {},
): Promise<SessionView> {
  checkName(id, 'session');
  const rules = rulesOf(options);
  const session = await ledger.createSession(id, rules);
  const isSame = session.skipAfterMs === rules.skipAfterMs && session.isStrict === rules.isStrict;
  if (!isSame) throw sessionExists(session);
  return view(ledger, session);
}

async function closeSession(
  ledger: Ledger,
  id: string,
  options: { readonly count: number },
): Promise<SessionView> {
  checkName(id, 'session');
  const { count } = (options ?? {}) as { readonly count?: unknown };
  const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  if (!isCount || count > HIGHEST_INDEX + 1) {
    throw invalid('count', `a whole number from 0 to ${HIGHEST_INDEX + 1}`, count);
  }
  const session = await ledger.closeSession(id, count);
  if (session === undefined) throw sessionNotFound(id);
  if (session.count !== undefined && session.count !== count) {
    throw sessionEnded({ id, count: session.count }, `it cannot have ${count} indexes`);
  }
  return view(ledger, session);
}

async function getSession(ledger: Ledger, id: string): Promise<SessionView> {
  const session = await ledger.findSession(checkName(id, 'session'));
  if (session === undefined) throw sessionNotFound(id);
  return view(ledger, session);
}

async function listSessions(
  ledger: Ledger,
  { state, limit = 50, cursor }: SessionListOptions = {},
): Promise<SessionList> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw invalid('limit', 'a whole number from 1 to 1000', limit);
  }
  if (state !== undefined && state !== 'open' && state !== 'ended') {
    throw invalid('state', '"open" or "ended"', state);
  }
  return ledger.listSessions({
    limit,
    ...(state === undefined ? {} : { state }),
    ...(cursor === undefined ? {} : { cursor }),
  });
}

async function view(ledger: Ledger, session: Session): Promise<SessionView> {
  return { ...session, slots: await ledger.countSlots(session.id) };
}
