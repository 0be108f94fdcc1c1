import type { Ledger } from '../ledger/ledger.ts';

/** Where a session stands. */
type Head = Awaited<ReturnType<Ledger['sessionHeads']>>[number];

interface Wait {
  readonly after: number;
  readonly resolve: (head: Head) => void;
  readonly reject: (error: unknown) => void;
}

interface FollowerEvents {
  /** It waits, and there was news already. */
  readonly onNeed: () => void;
  readonly onStop: () => void;
}

/** One reader of a session. */
export class Follower {
  readonly id: string;
  /** There was news since its session was last looked at; at first nothing is known. */
  isTold = true;
  readonly #on: FollowerEvents;
  #wait: Wait | undefined;

  constructor(id: string, on: FollowerEvents) {
    this.id = id;
    this.#on = on;
  }

  get isWaiting(): boolean {
    return this.#wait !== undefined;
  }

  /** Waits until an index after this one is released, or it is known to be the last. */
  next(after: number, signal: AbortSignal): Promise<Head> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          signal.removeEventListener('abort', onAbort);
          this.#wait = undefined;
          settle(value);
        };
      const onAbort = () => end(reject)(signal.reason);
      signal.addEventListener('abort', onAbort);
      this.#wait = { after, resolve: end(resolve), reject: end(reject) };
      if (this.isTold) this.#on.onNeed();
    });
  }

  /** Takes in where the session stands; undefined when it is gone, which ends no wait. */
  show(head: Head | undefined): void {
    if (this.#wait === undefined || head === undefined) return;
    const isOver = head.count !== undefined && this.#wait.after >= head.count - 1;
    if (head.cursor > this.#wait.after || isOver) this.#wait.resolve(head);
  }

  fail(error: unknown): void {
    this.#wait?.reject(error);
  }

  stop(): void {
    this.#on.onStop();
  }
}
