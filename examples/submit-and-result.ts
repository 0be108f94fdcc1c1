/** Defines a kind of job, starts a node that runs it, submits one and waits for its result. */
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const greet = defineJob({
  kind: 'greet',
  pool: 'submit-and-result',
  input: z.object({ name: z.string() }),
  run: ({ name }) => ({ text: `Hello, ${name}` }),
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: greet.pool, jobs: [greet] });
const holdfast = await connect();

const job = await holdfast.jobs.submit(greet, { name: 'Ada' });
const { text } = await job.result(); // typed by what the handler returns
console.log(text);

const { state, attemptCount } = await job.get();
console.log(`${state} after ${attemptCount} attempt`);

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// Hello, Ada
// succeeded after 1 attempt
