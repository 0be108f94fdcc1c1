/** Cancelling a job aborts its handler's `ctx.signal`; the job closes when the handler has ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, HoldfastError, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const POLL_MS = 100;
const HOUR_MS = 3_600_000;

const render = defineJob({
  kind: 'render',
  pool: 'cancel',
  input: z.object({ scene: z.string() }),
  timeout: '1h',
  async run({ scene }, { signal }) {
    try {
      await delay(HOUR_MS, undefined, { signal }); // pass the signal on to what takes long
    } finally {
      if (signal.aborted) console.log(`handler: ${scene} was stopped, tidying up`);
    }
  },
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: render.pool, jobs: [render] });
const holdfast = await connect();

const job = await holdfast.jobs.submit(render, { scene: 'sunset' });
while ((await job.get()).live?.phase !== 'running') await delay(POLL_MS);

const { requested } = await job.cancel();
await job.result().catch((error: unknown) => {
  if (error instanceof HoldfastError) console.log(error.code);
});
console.log('requested:', requested);
console.log(await job.cancel()); // it is closed already

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// handler: sunset was stopped, tidying up
// job_cancelled
// requested: true
// { requested: false, state: 'cancelled' }
