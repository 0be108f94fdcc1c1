import type { Json } from '../../domain/json.ts';

/**
 * The shortest time between two values sent. A heartbeat carries one value a second at most, and
 * a handler that reports each step of a tight loop must not drown the node's main thread.
 */
const SHORTEST_PERIOD_MS = 50;

/** Sends a handler's progress on. */
export interface ProgressSender {
  /**
   * Sends the value now, or with the newest one as soon as the period is over.
   *
   * @throws TypeError when JSON cannot carry the value
   */
  push(value: Json): void;
  /** Drops what was not sent yet. */
  stop(): void;
}

/** A sender of the newest progress, as JSON text. */
export function progressSender(send: (json: string) => void): ProgressSender {
  let newest: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sentAt = -Infinity;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (newest === undefined) return;
    sentAt = performance.now();
    send(newest);
    newest = undefined;
  };
  return {
    push: (value) => {
      newest = JSON.stringify(value) ?? 'null';
      const waitMs = sentAt + SHORTEST_PERIOD_MS - performance.now();
      // A handler that never yields lets no timer fire, so what is due goes at once.
      if (waitMs <= 0) flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    stop: () => {
      clearTimeout(timer);
      newest = undefined;
    },
  };
}
