// The handlers of the nodes in docker-compose.yml: docs/production.md says how to submit a job.
import { defineJob } from 'holdfast';
import { z } from 'zod';

/** Greets, and tells which node did. */
export const hello = defineJob({
  kind: 'hello',
  pool: 'default',
  input: z.object({ name: z.string() }),
  run: ({ name }, { node }) => ({ text: `Hello, ${name}`, node }),
});
