import { setTimeout as delay } from 'node:timers/promises';

/** What was asked did not answer in time. */
export class TooSlow extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
  }
}

/** What is asked, unless it takes longer than that. @throws TooSlow */
export async function within<Value>(ms: number, asked: Promise<Value>): Promise<Value> {
  const stop = new AbortController();
  const tooLate = delay(ms, undefined, { signal: stop.signal }).then(() => {
    throw new TooSlow(ms);
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    stop.abort();
    // Whatever it comes to later is heard by nobody.
    asked.catch(() => undefined);
  }
}
