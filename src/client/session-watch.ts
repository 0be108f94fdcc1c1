import { HoldfastError } from '../domain/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Follower } from './session-follower.ts';

/** What a watch asks of the ledger. */
type WatchedLedger = Pick<Ledger, 'listenToSessions' | 'sessionHeads'>;

/** The polls behind the news: while news is heard, they only find what got lost on its way. */
const POLL_HEARD_MS = 1_000;
const POLL_UNHEARD_MS = 50;
/** The waits between looks while the ledger is away; doubled each time. */
const BACKOFF_MS = { first: 50, longest: 2_000 };

/**
 * Tells the readers of sessions that something was released. All readers of a client share one
 * connection that listens and one poll; nothing is asked while nobody waits.
 */
export class SessionWatch {
  readonly #ledger: WatchedLedger;
  readonly #followers = new Set<Follower>();
  readonly #closing = new AbortController();
  #looks: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(ledger: WatchedLedger) {
    this.#ledger = ledger;
  }

  /** Aborted, with the error for the readers, when the client is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Follows a session until the follower is stopped. */
  follow(id: string): Follower {
    this.closed.throwIfAborted();
    const follower = new Follower(id, {
      onNeed: () => this.#wake(),
      onStop: () => {
        this.#followers.delete(follower);
        this.#wake();
      },
    });
    this.#followers.add(follower);
    this.#looks ??= this.#lookWhileFollowed();
    return follower;
  }

  /** Ends all readers. */
  async close(): Promise<void> {
    this.#closing.abort(
      new HoldfastError('ledger_unavailable', 'the client was closed while a session was read', {
        hint: 'read on with a new client, after the last index that you have seen',
      }),
    );
    for (const follower of this.#followers) follower.stop();
    await this.#looks;
  }

  async #lookWhileFollowed(): Promise<void> {
    const news = this.#ledger.listenToSessions((id) => this.#tell(id));
    let pollAt = 0;
    let failures = 0;
    while (this.#followers.size > 0) {
      const isPoll = performance.now() >= pollAt;
      if (isPoll) {
        pollAt = performance.now() + (news.isHeard() ? POLL_HEARD_MS : POLL_UNHEARD_MS);
      }
      const isAnswered = await this.#look(isPoll);
      failures = isAnswered ? 0 : failures + 1;
      if (isAnswered) await this.#pause(pollAt - performance.now());
      else await this.#backOff(failures);
    }
    this.#looks = undefined;
    // A connection that is gone is closed, too.
    await news.close().catch(() => undefined);
  }

  /** Asks where sessions stand; false when the ledger does not answer. */
  async #look(isPoll: boolean): Promise<boolean> {
    const due = [...this.#followers].filter((each) => each.isWaiting && (isPoll || each.isTold));
    if (due.length === 0) return true;
    for (const each of due) each.isTold = false;
    try {
      const heads = await this.#ledger.sessionHeads([...new Set(due.map(({ id }) => id))]);
      const byId = new Map(heads.map((head) => [head.id, head]));
      for (const each of due) each.show(byId.get(each.id));
      return true;
    } catch (error) {
      for (const each of due) each.isTold = true;
      if (isAway(error)) return false;
      for (const each of due) each.fail(error);
      return true;
    }
  }

  #tell(id: string): void {
    for (const each of this.#followers) {
      if (each.id !== id) continue;
      each.isTold = true;
      if (each.isWaiting) this.#wake();
    }
  }

  /** Waits until the next poll, or until a look is needed before. */
  #pause(ms: number): Promise<void> {
    const isNeeded = [...this.#followers].some((each) => each.isWaiting && each.isTold);
    if (isNeeded || ms <= 0 || this.#followers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Waits for the ledger; only the end of all readers cuts it short. */
  #backOff(failures: number): Promise<void> {
    if (this.#followers.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, backoffMs(failures));
      this.#wake = () => {
        if (this.#followers.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The wait after so many answers that failed to come in a row. */
export function backoffMs(failures: number): number {
  return Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** (failures - 1));
}

/** Whether a ledger that failed may answer when it is asked again. */
export function isAway(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'ledger_unavailable';
}
