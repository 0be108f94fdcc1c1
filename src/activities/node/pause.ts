/** Longer delays overflow Node's timers and fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves after a time, or at once when the signal is aborted. Never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS));
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Waits for something that cannot fail, but no longer than this. */
export async function atMost(ms: number, done: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  await Promise.race([done, pause(ms, waited.signal)]);
  waited.abort();
}
