import { checkName } from '../domain/check.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SessionResult } from '../ledger/session-slots.ts';

const PAGE = 200;

/** Reads the ordered results of sessions. */
export interface SessionsClient {
  /**
   * The results of a session in the order of their index, from the one after `after` on: results
   * of jobs that succeeded, errors of those that did not. It ends before the first index whose job
   * is still open or was never submitted; go on later with `after` set to the last index seen.
   *
   * @param options.after the last index already seen. Default: -1, from the start
   */
  results(sessionId: string, options?: { readonly after?: number }): AsyncIterable<SessionResult>;
}

/** A {@link SessionsClient} over a ledger. */
export function createSessionsClient(ledger: Ledger): SessionsClient {
  return {
    async *results(sessionId, { after = -1 } = {}) {
      checkName(sessionId, 'session');
      let last = after;
      for (;;) {
        const page = await ledger.readPrefix(sessionId, last, PAGE);
        yield* page;
        last = page.at(-1)?.index ?? last;
        if (page.length < PAGE) return;
      }
    },
  };
}
