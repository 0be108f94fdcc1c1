import { isMainThread } from 'node:worker_threads';
import { defineJob } from 'holdfast';
import { z } from 'zod';

/** The handler of a project that has installed Holdfast. */
export const greet = defineJob({
  kind: 'greet',
  pool: 'consumer',
  input: z.object({ name: z.string() }),
  run: ({ name }) => ({ text: `Hello, ${name}`, inThread: !isMainThread }),
});
