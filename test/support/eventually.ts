import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** The first answer of `look` that is not undefined or false; fails after `withinMs`. */
export async function eventually<Answer>(
  look: () => Promise<Answer | undefined | false> | Answer | undefined | false,
  withinMs = 60_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline)
      throw new Error(`not so within ${withinMs} ms: ${look.toString()}`);
    await delay(POLL_MS);
  }
}
