/** A project that has installed Holdfast: it compiles this file and runs what comes out. */
import { fileURLToPath } from 'node:url';
import type { InputOf, ResultOf } from 'holdfast';
import { connect, startNode, startOrchestrator } from 'holdfast';
import { greet } from './greet.mjs';

type Same<A, B> = [A, B] extends [B, A] ? true : false;

const typesFlow: {
  readonly input: Same<InputOf<typeof greet>, { name: string }>;
  readonly result: Same<ResultOf<typeof greet>, { text: string; inThread: boolean }>;
} = { input: true, result: true };

const orchestrator = await startOrchestrator();
const node = await startNode({
  name: 'consumer-1',
  pool: greet.pool,
  jobs: fileURLToPath(new URL('./greet.mjs', import.meta.url)),
  slots: 1,
});
const holdfast = await connect();

// @ts-expect-error -- the name is a text
const wrong = await holdfast.jobs.submit(greet, { name: 1 }).catch((error: unknown) => error);
const job = await holdfast.jobs.submit(greet, { name: 'Ada' });
const result: { text: string; inThread: boolean } = await job.result();
const { state, attempts } = await job.get();
console.log(
  JSON.stringify({ typesFlow, refused: wrong instanceof Error, result, state, attempts }),
);

await holdfast.close();
await node.stop();
await orchestrator.stop();
