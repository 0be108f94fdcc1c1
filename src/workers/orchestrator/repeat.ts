import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Work that goes on until it is stopped. */
export interface RunningLoop {
  /** Resolves when the turn that is under way has ended. */
  stop(): Promise<void>;
}

/** What {@link repeat} is about. */
export interface Loop {
  /** For the log. */
  readonly name: string;
  /** How long to wait before each turn; asked anew each time. */
  readonly waitMs: () => number;
  /** One turn; it ends early where it can when `stop` is aborted. */
  readonly runOnce: (stop: AbortSignal) => Promise<void>;
}

/**
 * Does something again and again. A failure ends no more than its turn; of failures in a row, as
 * while the ledger is away, the first is logged.
 */
export function repeat({ name, waitMs, runOnce }: Loop, log: Logger): RunningLoop {
  const stopped = new AbortController();
  const { signal } = stopped;
  let isFailing = false;
  const turn = async (): Promise<void> => {
    try {
      await runOnce(signal);
      if (isFailing) log.info({ loop: name }, 'loop.works_again');
      isFailing = false;
    } catch (err) {
      if (!isFailing) log.warn({ loop: name, err }, 'loop.failing');
      isFailing = true;
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await delay(waitMs(), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await turn();
    }
  };
  const running = run();
  return {
    stop: () => {
      stopped.abort();
      return running;
    },
  };
}
