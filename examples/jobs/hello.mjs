// The handlers of the nodes in docker-compose.yml. To try one:
//   docker compose exec node-a node /app/dist/cli/main.js …   (a node has Temporal only)
// or, from the host, with the package installed:
//   holdfast submit hello --jobs examples/jobs/hello.mjs --input '{"name":"Ada"}' --wait
import { defineJob } from 'holdfast';
import { z } from 'zod';

/** Greets, and tells which node did. */
export const hello = defineJob({
  kind: 'hello',
  pool: 'default',
  input: z.object({ name: z.string() }),
  run: ({ name }, { node }) => ({ text: `Hello, ${name}`, node }),
});
