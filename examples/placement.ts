/** Where a job runs: pinned to a node, or on a node with a label. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;
const own = randomUUID().slice(0, 8);
const pool = `placement-${own}`;
const [small, large] = [`small-${own}`, `large-${own}`];

const where = defineJob({ kind: 'where', pool, input: z.null(), run: (_, { node }) => node });

const orchestrator = await startOrchestrator();
const nodes = [
  await startNode({ name: small, pool, jobs: [where] }),
  await startNode({ name: large, pool, jobs: [where], labels: { size: 'large' } }),
];
const holdfast = await connect();
while ((await holdfast.nodes.list({ pool, state: 'online' })).length < 2) await delay(POLL_MS);

const pinned = await holdfast.jobs.submit(where, null, { pin: { node: small } });
console.log('pinned:', (await pinned.result()) === small);

const labelled = await holdfast.jobs.submit(where, null, { labels: { size: 'large' } });
console.log('labelled:', (await labelled.result()) === large);

const mistyped = await holdfast.jobs.submit(where, null, { pin: { node: `${small}x` } });
console.log('warning:', mistyped.warnings[0]?.replaceAll(`-${own}`, ''));
await holdfast.jobs.move(mistyped.id, { node: small });
console.log('moved:', (await mistyped.result()) === small);

await holdfast.close();
await Promise.all(nodes.map((node) => node.stop()));
await orchestrator.stop();

// Output:
// pinned: true
// labelled: true
// warning: no node smallx is registered; did you mean small?
// moved: true
