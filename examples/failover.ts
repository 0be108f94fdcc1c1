/** An attempt that runs over its time is told to stop, and the job is dispatched again. */
import { setTimeout as delay } from 'node:timers/promises';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

const convert = defineJob({
  kind: 'convert',
  pool: 'failover',
  input: z.object({ file: z.string() }),
  timeout: '1s', // of one attempt
  failover: { maxAttempts: 5 },
  async run({ file }, { epoch, signal }) {
    if (epoch === 1) await delay(HOUR_MS, undefined, { signal }); // it hangs
    return { converted: file };
  },
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: convert.pool, jobs: [convert] });
const holdfast = await connect();

const job = await holdfast.jobs.submit(convert, { file: 'a.wav' });
console.log(await job.result());

const { attempts, failoverCount } = await job.get();
console.log(`first attempt: ${attempts[0]?.outcome}, ${attempts[0]?.reason}`);
console.log(`last attempt: ${attempts.at(-1)?.outcome}`);
console.log(`moved: ${failoverCount > 0}`);

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// { converted: 'a.wav' }
// first attempt: lost, attempt_timeout
// last attempt: succeeded
// moved: true
