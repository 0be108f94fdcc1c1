/** A job that waits says what for. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;
const pool = `pool-${randomUUID()}`; // in which no node runs yet

const greet = defineJob({
  kind: 'greet',
  pool,
  input: z.object({ name: z.string() }),
  run: ({ name }) => `Hello, ${name}`,
});

const orchestrator = await startOrchestrator();
const holdfast = await connect();

const job = await holdfast.jobs.submit(greet, { name: 'Ada' });
let { live } = await job.get();
while (live?.phase !== 'queued') {
  await delay(POLL_MS);
  ({ live } = await job.get());
}
console.log(live.why.replaceAll(pool, 'POOL'));

const node = await startNode({ name: 'n1', pool, jobs: [greet] });
console.log(await job.result());

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// no node of pool POOL asks for work; start one with `holdfast node --pool POOL`
// Hello, Ada
