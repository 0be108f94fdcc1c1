/** One process of many nodes: `<first> <count> <slots>`. Tells its parent of every run of a handler. */
import { setTimeout as delay } from 'node:timers/promises';
import { defineJob, startNode } from 'holdfast';
import pino from 'pino';
import { z } from 'zod';

const [first, count, slots] = process.argv.slice(2).map(Number);
process.once('disconnect', () => process.exit());

const held = defineJob({
  kind: 'held',
  pool: 'scale',
  input: z.object({}),
  async run(_input, { job, epoch, node, signal }) {
    process.send({ job, epoch, node, at: Date.now() });
    if (epoch === 1) await delay(86_400_000, undefined, { signal });
  },
});

const log = pino({ level: 'warn' }, pino.destination(2));
for (let n = first; n < first + count; n++) {
  await startNode({ name: `s${n}`, pool: 'scale', jobs: [held], slots, log });
}
process.send('started');
