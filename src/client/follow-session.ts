import { setTimeout as delay } from 'node:timers/promises';
import { checkName } from '../domain/check.ts';
import { invalid } from '../domain/errors.ts';
import type { Session, SessionItem } from '../domain/session.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { aheadOfSession, sessionNotFound } from './session-errors.ts';
import type { SessionWatch } from './session-watch.ts';
import { backoffMs, isAway } from './session-watch.ts';

/** How to read a session. */
export interface SessionReadOptions {
  /** The last index already seen, or -1. @default -1, from the start */
  readonly after?: number;
  /** Ends the iteration: it throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Wait for what is not released yet, until the session's end. @default true */
  readonly follow?: boolean;
}

/** What a reader asks of the ledger. */
type ReadLedger = Pick<Ledger, 'findSession' | 'readReleased'>;

const PAGE = 200;

/** See `SessionsClient.results`. */
export async function* followSession(
  ledger: ReadLedger,
  watch: SessionWatch,
  id: string,
  { after = -1, signal, follow = true }: SessionReadOptions = {},
): AsyncGenerator<SessionItem, void, undefined> {
  checkName(id, 'session');
  if (!Number.isSafeInteger(after) || after < -1) {
    throw invalid('after', 'a whole number from -1', after);
  }
  const stop = AbortSignal.any([watch.closed, ...(signal === undefined ? [] : [signal])]);
  const ask = follow
    ? <Answer>(question: () => Promise<Answer>) => askUntilAnswered(question, stop)
    : <Answer>(question: () => Promise<Answer>) => question();
  stop.throwIfAborted();
  const session = await ask(() => sessionToRead(ledger, id, after));
  // Before the first page is read: what is released from then on is news.
  const follower = follow ? watch.follow(id) : undefined;
  let last = after;
  let { count } = session;
  try {
    const isOver = () => count !== undefined && last >= count - 1;
    while (!isOver()) {
      const page = await ask(() => ledger.readReleased(id, last, PAGE));
      for (const item of page) {
        stop.throwIfAborted();
        yield item;
        last = item.index;
      }
      if (page.length === PAGE || isOver()) continue;
      if (follower === undefined) return;
      stop.throwIfAborted();
      ({ count } = await follower.next(last, stop));
    }
  } finally {
    follower?.stop();
  }
}

async function sessionToRead(ledger: ReadLedger, id: string, after: number): Promise<Session> {
  const session = await ledger.findSession(id);
  if (session === undefined) throw sessionNotFound(id);
  if (after > session.cursor) throw aheadOfSession(session, after);
  return session;
}

/** Asks again while the ledger is away: a restart of it ends no iteration. */
async function askUntilAnswered<Answer>(
  question: () => Promise<Answer>,
  stop: AbortSignal,
): Promise<Answer> {
  for (let failures = 1; ; failures++) {
    try {
      return await question();
    } catch (error) {
      stop.throwIfAborted();
      if (!isAway(error)) throw error;
      await delay(backoffMs(failures), undefined, { signal: stop }).catch(() => undefined);
      stop.throwIfAborted();
    }
  }
}
