/** What a handler gives to `ctx.progress` is shown with its job while it runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;

let lastPageArrives: () => void = () => undefined;
const lastPage = new Promise<void>((resolve) => (lastPageArrives = resolve));

const scan = defineJob({
  kind: 'scan',
  pool: 'progress',
  input: z.object({ pages: z.number() }),
  async run({ pages }, ctx) {
    ctx.progress({ done: pages - 1, of: pages });
    await lastPage;
    return { scanned: pages };
  },
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: scan.pool, jobs: [scan] });
const holdfast = await connect();

const job = await holdfast.jobs.submit(scan, { pages: 3 });
let { live } = await job.get();
while (live?.progress === undefined) {
  await delay(POLL_MS);
  ({ live } = await job.get());
}
console.log(live.phase, live.why, live.progress);

lastPageArrives();
console.log(await job.result());

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// running runs on node n1 { done: 2, of: 3 }
// { scanned: 3 }
