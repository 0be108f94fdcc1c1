/** The results of a session are read in the order of their index, whichever job ends first. */
import { randomUUID } from 'node:crypto';
import { connect, defineJob, startNode, startOrchestrator } from 'holdfast';
import { z } from 'zod';

const transcribe = defineJob({
  kind: 'transcribe',
  pool: 'session',
  input: z.object({ word: z.string() }),
  run: ({ word }) => word.toUpperCase(),
});

const orchestrator = await startOrchestrator();
const node = await startNode({ name: 'n1', pool: transcribe.pool, jobs: [transcribe] });
const holdfast = await connect();
const session = `call-${randomUUID()}`;

async function released(): Promise<string> {
  const texts: string[] = [];
  for await (const each of holdfast.sessions.results(session)) {
    texts.push(each.state === 'succeeded' ? `${each.index} ${each.result as string}` : each.state);
  }
  return texts.join(', ') || 'nothing';
}

// The last one is done first.
for (const [index, word] of [...['first', 'second', 'third'].entries()].reverse()) {
  const options = { session: { id: session, index } };
  const job = await holdfast.jobs.submit(transcribe, { word }, options);
  await job.result();
  console.log(`${index} is done; released: ${await released()}`);
}

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// 2 is done; released: nothing
// 1 is done; released: nothing
// 0 is done; released: 0 FIRST, 1 SECOND, 2 THIRD
