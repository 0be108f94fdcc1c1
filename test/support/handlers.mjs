import { appendFileSync } from 'node:fs';
import { access, appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineJob, NonRetryableError, RetryElsewhereError } from 'holdfast';
import { z } from 'zod';

const pool = 'test';
const POLL_MS = 20;

async function untilOpen({ folder, gate }, signal) {
  for (;;) {
    const isOpen = await access(join(folder, gate)).then(
      () => true,
      () => false,
    );
    if (isOpen) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

const gated = z.object({ folder: z.string(), gate: z.string() });

/** Returns what it was given. */
export const echo = defineJob({
  kind: 'echo',
  pool,
  input: z.unknown(),
  run: (value, ctx) => ({ value, node: ctx.node, epoch: ctx.epoch }),
});

/** Waits until its gate is open, and leaves a mark when it is told to stop instead. */
export const hold = defineJob({
  kind: 'hold',
  pool,
  input: gated,
  async run(input, ctx) {
    try {
      await untilOpen(input, ctx.signal);
    } catch (error) {
      await writeFile(join(input.folder, `stopped-${ctx.job}-${ctx.epoch}`), String(error));
      throw error;
    }
    return { node: ctx.node, epoch: ctx.epoch };
  },
});

/** Waits for ever in its first attempt, and ends at once in the next. */
export const holdFirst = defineJob({
  kind: 'hold-first',
  pool,
  input: gated,
  run: (input, ctx) => (ctx.epoch === 1 ? hold.run(input, ctx) : { epoch: ctx.epoch }),
});

/** Waits until its gate is open, whatever its signal says. */
export const stubborn = defineJob({
  kind: 'stubborn',
  pool,
  input: gated,
  async run(input) {
    await untilOpen(input);
    return 'done';
  },
});

/** Its first attempt ends when its gate is open, whatever its signal says; the next have another gate. */
export const straggle = defineJob({
  kind: 'straggle',
  pool,
  input: gated.extend({ next: z.string() }),
  async run({ folder, gate, next }, { epoch, node, signal }) {
    if (epoch === 1) await untilOpen({ folder, gate });
    else await untilOpen({ folder, gate: next }, signal);
    return { epoch, node };
  },
});

/** Each attempt ends when the gate of its epoch is open, whatever its signal says. */
export const headstrong = defineJob({
  kind: 'headstrong',
  pool,
  input: gated,
  async run({ folder, gate }, { job, epoch, node, signal }) {
    signal.addEventListener('abort', () => {
      appendFileSync(join(folder, `told-${job}-${epoch}`), String(signal.reason));
    });
    await untilOpen({ folder, gate: `${gate}-${epoch}` });
    return { epoch, node };
  },
});

/** Like `straggle`, but its first attempt freezes its node at the last moment. */
export const freeze = defineJob({
  ...straggle,
  kind: 'freeze',
  async run(input, ctx) {
    const result = await straggle.run(input, ctx);
    if (ctx.epoch === 1) process.kill(process.pid, 'SIGSTOP');
    return result;
  },
});

/** Says in a file that it is done, at the last moment; a deaf one is done whatever its signal says. */
export const utterance = defineJob({
  kind: 'utterance',
  pool,
  input: z.object({
    done: z.string(),
    text: z.string(),
    firstMs: z.number(),
    nextMs: z.number(),
    isDeaf: z.boolean(),
  }),
  async run({ done, text, firstMs, nextMs, isDeaf }, { job, epoch, node, signal }) {
    await delay(epoch === 1 ? firstMs : nextMs, undefined, isDeaf ? {} : { signal });
    const result = { text, epoch };
    appendFileSync(done, `${JSON.stringify({ job, epoch, node })}\n`);
    return result;
  },
});

/** Holds its thread for a while, so that nothing else in it can run. */
export const busy = defineJob({
  kind: 'busy',
  pool,
  input: z.object({ ms: z.number() }),
  run({ ms }) {
    const end = performance.now() + ms;
    let turns = 0;
    while (performance.now() < end) turns++;
    return { turned: turns > 0 };
  },
});

/** Fails in its first attempts. */
export const flaky = defineJob({
  kind: 'flaky',
  pool,
  input: z.object({ failures: z.number() }),
  retry: { backoff: ['50ms', '100ms'] },
  run({ failures }, { epoch }) {
    if (epoch <= failures) throw new RangeError(`failure ${epoch}`);
    return { epoch };
  },
});

/** Fails for good. */
export const fatal = defineJob({
  kind: 'fatal',
  pool,
  input: z.unknown(),
  run() {
    throw new NonRetryableError('never again');
  },
});

/** Returns what JSON cannot carry, or too much of what it can. */
export const unreturnable = defineJob({
  kind: 'unreturnable',
  pool,
  input: z.object({ what: z.enum(['bigint', 'too much']) }),
  run: ({ what }) => (what === 'bigint' ? { n: 1n } : 'x'.repeat(3_000_000)),
});

/** Says in the folder that it ran, where and in which attempt, and takes its time. */
export const mark = defineJob({
  kind: 'mark',
  pool,
  input: z.object({ folder: z.string(), ms: z.number().default(0) }),
  async run({ folder, ms }, { job, epoch, node, signal }) {
    await writeFile(join(folder, `ran-${job}-${epoch}-${node}`), '');
    await delay(ms, undefined, { signal });
    return { node, epoch };
  },
});

/** Does not like the node of its first attempt. */
export const elsewhere = defineJob({
  kind: 'elsewhere',
  pool,
  input: z.unknown(),
  retry: { backoff: ['50ms', '100ms'] },
  run(_input, { node, epoch }) {
    if (epoch === 1) throw new RetryElsewhereError('not here');
    return { node, epoch };
  },
});

/** Ends the process that it runs in. */
export const crash = defineJob({
  kind: 'crash',
  pool,
  input: z.unknown(),
  run: () => process.exit(3),
});

/** Fails for good on one node, and returns the name of any other. */
export const failOn = defineJob({
  kind: 'fail-on',
  pool,
  input: z.object({ node: z.string() }),
  run({ node }, ctx) {
    if (ctx.node === node) throw new NonRetryableError(`not on ${node}`);
    return ctx.node;
  },
});

/** Writes down its start and its end in a file, and waits for its gate in between, if it has one. */
export const span = defineJob({
  kind: 'span',
  pool,
  input: z.object({
    folder: z.string(),
    file: z.string(),
    gate: z.string().optional(),
    fails: z.boolean().default(false),
  }),
  async run({ folder, file, gate, fails }, { job, epoch, signal }) {
    const write = (what) => appendFile(join(folder, file), `${what} ${job} ${epoch}\n`);
    await write('start');
    if (gate !== undefined) await untilOpen({ folder, gate }, signal);
    await write('end');
    if (fails) throw new NonRetryableError('as asked');
    return { epoch };
  },
});

/** Returns the plan that it is given, and says how many rows it changed. */
export const planned = defineJob({
  kind: 'planned',
  pool,
  input: z.unknown(),
  run: (input, ctx) => {
    ctx.rowsAffected(11);
    return { input, plan: ctx.plan };
  },
});

/** Fails in the way that it is told. */
export const breaks = defineJob({
  kind: 'breaks',
  pool,
  input: z.object({ by: z.enum(['error', 'text', 'exit']) }),
  run: ({ by }) => {
    if (by === 'exit') process.exit(3);
    if (by === 'text') throw 'simulated handler boom';
    throw new Error('simulated handler boom');
  },
});

/** The scopes that a file names, one a line; fails while there is none. */
export const scopesOf = defineJob({
  kind: 'scopes-of',
  pool,
  input: z.object({ file: z.string() }),
  run: async ({ file }) => (await readFile(file, 'utf8')).split('\n').filter((line) => line !== ''),
});
