import { access } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 20;

/** Waits until a file is there. Its name is what a person reads on the page. */
export const transcribe = defineJob({
  kind: 'transcribe',
  pool: 'gpu',
  input: z.object({ waitFor: z.string() }),
  heartbeat: '2s',
  async run({ waitFor }, ctx) {
    for (;;) {
      const isThere = await access(waitFor).then(
        () => true,
        () => false,
      );
      if (isThere) return { text: 'the words', node: ctx.node };
      await delay(POLL_MS, undefined, { signal: ctx.signal });
    }
  },
});
