/** A job that runs once on every node of its pool. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;
const own = randomUUID().slice(0, 8);
const pool = `each-${own}`;

const warmUp = defineJob({
  kind: 'warm-up',
  pool,
  input: z.object({ model: z.string() }),
  placement: 'each',
  run: ({ model }) => `${model} is loaded`,
});

const orchestrator = await startOrchestrator();
const nodes = [
  await startNode({ name: `a-${own}`, pool, jobs: [warmUp] }),
  await startNode({ name: `b-${own}`, pool, jobs: [warmUp] }),
];
const holdfast = await connect();
while ((await holdfast.nodes.list({ pool, state: 'online' })).length < 2) await delay(POLL_MS);

const job = await holdfast.jobs.submit(warmUp, { model: 'small' });
const result = await job.result();
for (const [name, outcome] of Object.entries(result.nodes).sort()) {
  console.log(name.replace(`-${own}`, ''), outcome.state === 'succeeded' ? outcome.result : 'left');
}

await holdfast.close();
await Promise.all(nodes.map((node) => node.stop()));
await orchestrator.stop();

// Output:
// a small is loaded
// b small is loaded
