/** The results of a session come in the order of their index, whichever job ends first. */
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

/** Waits for what comes, and ends where the session does. */
async function read(): Promise<void> {
  // A consumer that stores `index` with what it made of the result goes on with { after: index }.
  for await (const each of holdfast.sessions.results(session)) {
    console.log(each.index, each.state === 'succeeded' ? each.result : each.state);
  }
}

await holdfast.sessions.create(session);
const reader = read();

// The last one is done first.
const words = ['first', 'second', 'third'];
for (const [index, word] of [...words.entries()].reverse()) {
  const options = { session: { id: session, index } };
  const job = await holdfast.jobs.submit(transcribe, { word }, options);
  await job.result();
  if (index > 0) console.log(`${index} is done`);
}
await holdfast.sessions.close(session, { count: words.length });
await reader;

await holdfast.close();
await node.stop();
await orchestrator.stop();

// Output:
// 2 is done
// 1 is done
// 0 FIRST
// 1 SECOND
// 2 THIRD
