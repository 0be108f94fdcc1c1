/** A handler that throws is retried after a wait; a `NonRetryableError` fails its job at once. */
import {
  connect,
  defineJob,
  HoldfastError,
  NonRetryableError,
  startNode,
  startOrchestrator,
} from 'holdfast';
import { z } from 'zod';

const charge = defineJob({
  kind: 'charge',
  pool: 'retry',
  input: z.object({ card: z.enum(['good', 'stolen']) }),
  retry: { maxAttempts: 3, backoff: ['100ms', '1s'] },
  run({ card }, { epoch }) {
    if (card === 'stolen') throw new NonRetryableError('the card was stolen');
    if (epoch === 1) throw new Error('the bank did not answer');
    return { paid: true };
  },
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: charge.pool, jobs: [charge] });
const holdfast = await connect();

const good = await holdfast.jobs.submit(charge, { card: 'good' });
console.log(await good.result());
for (const { epoch, outcome, reason } of (await good.get()).attempts) {
  console.log(epoch, outcome, reason ?? '-');
}

const stolen = await holdfast.jobs.submit(charge, { card: 'stolen' });
await stolen.result().catch((error: unknown) => {
  if (error instanceof HoldfastError) console.log(error.code);
});
const { attemptCount, error } = await stolen.get();
console.log(`after ${attemptCount} attempt: ${error?.message}`);

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// { paid: true }
// 1 failed job_failed: the bank did not answer
// 2 succeeded -
// job_failed
// after 1 attempt: the card was stolen
