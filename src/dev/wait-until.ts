import { setTimeout as delay } from 'node:timers/promises';

/** Options of {@link waitUntil}. */
export interface WaitOptions {
  readonly limitMs: number;
  /** Time between two attempts; default 25. */
  readonly everyMs?: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries again and again until the attempt gives something, and returns that; undefined when the time is
 * up or the signal aborts. At least one attempt is made. An attempt that throws ends the wait with that error.
 */
export async function waitUntil<T>(
  attempt: () => Promise<T | undefined>,
  options: WaitOptions,
): Promise<T | undefined> {
  const end = performance.now() + options.limitMs;
  for (;;) {
    const found = await attempt();
    const isOver = performance.now() > end || options.signal?.aborted === true;
    if (found !== undefined || isOver) return found;
    await delay(options.everyMs ?? 25);
  }
}
