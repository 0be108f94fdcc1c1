import { setTimeout as delay } from 'node:timers/promises';

/** A submit does not wait longer than this for a ledger that may be away. */
const PATIENCE_MS = 2_000;

/** What the ledger answers, or undefined when it does not, or not soon: a submit goes on without it. */
export async function inTime<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  const stop = new AbortController();
  const tooLate = delay(PATIENCE_MS, undefined, { signal: stop.signal, ref: false });
  try {
    return await Promise.race([answer, tooLate.catch(() => undefined)]);
  } catch {
    return undefined;
  } finally {
    stop.abort();
  }
}
