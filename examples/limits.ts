/** A resource of which only one job at a time can have any: the others wait, and say so. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;
const pool = `pool-${randomUUID()}`;
let letGo = (): void => undefined;
const mayEnd = new Promise<void>((resolve) => (letGo = resolve));

const render = defineJob({
  kind: 'render',
  pool,
  input: z.object({ scene: z.string(), gb: z.number() }),
  resources: ({ gb }) => ({ 'gpu-mem-gb': gb }), // all of it, or it waits
  run: async ({ scene }) => {
    await mayEnd;
    return `${scene} is done`;
  },
});

// 16 GB, which the jobs of this pool have to themselves.
const orchestrator = await startOrchestrator({ resources: { [`${pool}/gpu-mem-gb`]: 16 } });
const node = await startNode({ name: 'n1', pool, jobs: [render], slots: 4 });
const holdfast = await connect();

const first = await holdfast.jobs.submit(render, { scene: 'sea', gb: 12 });
while ((await first.get()).live?.phase !== 'running') await delay(POLL_MS);
const second = await holdfast.jobs.submit(render, { scene: 'sky', gb: 8 });
while ((await second.get()).live?.waitsFor !== 'resource') await delay(POLL_MS);
const [resource] = await holdfast.resources.list({ pool });
console.log(`${resource?.held} of ${resource?.capacity} are held, ${resource?.waiting} waits`);

letGo();
console.log(await first.result());
console.log(await second.result());

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// 12 of 16 are held, 1 waits
// sea is done
// sky is done
