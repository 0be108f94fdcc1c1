/** An id runs once: a second submit of it starts nothing, and gets the first one's result. */
import { randomUUID } from 'node:crypto';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

let runs = 0;
const order = defineJob({
  kind: 'order',
  pool: 'run-once',
  input: z.object({ item: z.string() }),
  run({ item }) {
    runs++;
    return { ordered: item };
  },
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: order.pool, jobs: [order] });
const holdfast = await connect();
const id = `order-${randomUUID()}`;

const first = await holdfast.jobs.submit(order, { item: 'tea' }, { id });
const atOnce = await holdfast.jobs.submit(order, { item: 'coffee' }, { id });
console.log(await first.result(), await atOnce.result());

const later = await holdfast.jobs.submit(order, { item: 'milk' }, { id });
console.log(await later.result());
console.log(`the handler ran ${runs} time`);

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// { ordered: 'tea' } { ordered: 'tea' }
// { ordered: 'tea' }
// the handler ran 1 time
