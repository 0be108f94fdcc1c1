import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HoldfastClient } from '../dist/index.js';
import { connect } from '../dist/index.js';
import { quantile, rounded } from './quantile.ts';
import { note, startBenchServers, started } from './servers.ts';
import type { Seen } from './slot-delays.ts';
import { slotDelays } from './slot-delays.ts';

const HELP = `npm run bench:sessions -- [--json] [--sessions 100] [--indexes 100] [--rounds 10]
    [--in-flight 50] [--slots 8]

No-op jobs of sessions that are all read while they run, against the same jobs without a session, on
the same servers, in alternating rounds. The ledger is a PostgreSQL that this starts, under an account
other than root, or PGlite where this machine has none: \`ledger\` says which.

Prints one document on standard output:
  delayMs    from a slot's being filled to the consumer's seeing it: what has to wait for an earlier
             index of its session waits in this
  releaseMs  from its release to the consumer's seeing it
  ratio      jobs a second with sessions, of those without: the median of the rounds`;

const NO_OP = fileURLToPath(new URL('./jobs/no-op.mjs', import.meta.url));
const WARM_UP = 100;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    sessions: { type: 'string', default: '100' },
    indexes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '10' },
    'in-flight': { type: 'string', default: '50' },
    slots: { type: 'string', default: '8' },
  },
});
if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const size = {
    sessions: countOf('sessions'),
    indexes: countOf('indexes'),
    // A round has at least one index of each session.
    rounds: Math.min(countOf('rounds'), countOf('indexes')),
    inFlight: countOf('in-flight'),
  };
  const servers = await startBenchServers();
  const { temporal, databaseUrl } = servers.embedded;
  const flags = ['--pool', 'bench', '--name', 'a', '--jobs', NO_OP, '--slots', values.slots];
  const node = await started(['node', ...flags], { ...servers.env, DATABASE_URL: undefined });
  const { address, namespace } = temporal;
  const client = await connect({ temporal: { address, namespace }, databaseUrl });
  try {
    const report = await measure(client, databaseUrl, size);
    const document = { ...report, ...size, ledger: servers.ledger };
    process.stdout.write(`${values.json ? JSON.stringify(document) : textOf(document)}\n`);
  } finally {
    await client.close();
    await node.stop();
    await servers.stop();
  }
}

function countOf(name: 'sessions' | 'indexes' | 'rounds' | 'in-flight'): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Error(`--${name}: expected a whole number from 1, got ${values[name]}`);
}

interface Size {
  readonly sessions: number;
  readonly indexes: number;
  readonly rounds: number;
  readonly inFlight: number;
}

async function measure(client: HoldfastClient, databaseUrl: string, size: Size) {
  const run = randomUUID().slice(0, 8);
  const sessions = Array.from({ length: size.sessions }, (_, n) => `bench-${run}-${n}`);
  await rate(
    size.inFlight,
    Array.from({ length: WARM_UP }, () => plainJob(client)),
  );
  for (const id of sessions) await client.sessions.create(id);
  const readers = Promise.all(sessions.map((id) => consume(client, id)));
  // One that fails is told when they are all waited for.
  readers.catch(() => undefined);
  const rounds = await runRounds(client, sessions, size);
  for (const id of sessions) await client.sessions.close(id, { count: size.indexes });
  const seen: Seen = new Map(await readers);
  const delays = await slotDelays(databaseUrl, seen);
  const ratios = rounds.map((round) => round.sessions / round.plain);
  return {
    ...delays,
    ratio: rounded(quantile(ratios, 0.5), 3),
    ratios: ratios.map((ratio) => rounded(ratio, 3)),
    sessionJobsPerSecond: rounded(
      quantile(
        rounds.map((round) => round.sessions),
        0.5,
      ),
    ),
    plainJobsPerSecond: rounded(
      quantile(
        rounds.map((round) => round.plain),
        0.5,
      ),
    ),
  };
}

async function runRounds(client: HoldfastClient, sessions: readonly string[], size: Size) {
  const rounds: { sessions: number; plain: number }[] = [];
  for (let round = 0; round < size.rounds; round++) {
    const from = Math.floor((size.indexes * round) / size.rounds);
    const to = Math.floor((size.indexes * (round + 1)) / size.rounds);
    const slots = slotsOf(sessions, from, to);
    const sides = {
      sessions: () =>
        rate(
          size.inFlight,
          slots.map((slot) => sessionJob(client, slot)),
        ),
      plain: () =>
        rate(
          size.inFlight,
          slots.map(() => plainJob(client)),
        ),
    };
    // Each side goes first in every other round.
    const order =
      round % 2 === 0 ? (['plain', 'sessions'] as const) : (['sessions', 'plain'] as const);
    const rates = { sessions: 0, plain: 0 };
    for (const side of order) rates[side] = await sides[side]();
    rounds.push(rates);
    const [ofSessions, ofPlain] = [rounded(rates.sessions), rounded(rates.plain)];
    note(`round ${round + 1}: with sessions ${ofSessions}/s, without ${ofPlain}/s`);
  }
  return rounds;
}

interface Slot {
  readonly id: string;
  readonly index: number;
}

/** The indexes of all sessions side by side: they are all busy at once. */
function slotsOf(sessions: readonly string[], from: number, to: number): Slot[] {
  const indexes = Array.from({ length: to - from }, (_, n) => from + n);
  return indexes.flatMap((index) => sessions.map((id) => ({ id, index })));
}

type RunOne = () => Promise<unknown>;

function plainJob({ jobs }: HoldfastClient): RunOne {
  return async () => (await jobs.submit('no-op', { n: 0 }, { pool: 'bench' })).result();
}

function sessionJob({ jobs }: HoldfastClient, session: Slot): RunOne {
  const options = { pool: 'bench', session };
  return async () => (await jobs.submit('no-op', { n: session.index }, options)).result();
}

/** Jobs a second with a fixed number in flight. */
async function rate(inFlight: number, runs: readonly RunOne[]): Promise<number> {
  const rest = runs.values();
  const startedAt = performance.now();
  const submitter = async () => {
    for (const runOne of rest) await runOne();
  };
  await Promise.all(Array.from({ length: inFlight }, submitter));
  return (runs.length / (performance.now() - startedAt)) * 1000;
}

/** Reads a session to its end, and refuses anything but each index once, in order. */
async function consume({ sessions }: HoldfastClient, id: string): Promise<[string, number[]]> {
  const seenAt: number[] = [];
  for await (const { index, state } of sessions.results(id)) {
    if (index !== seenAt.length || state !== 'succeeded') {
      throw new Error(`session ${id}: expected index ${seenAt.length}, got ${index} (${state})`);
    }
    seenAt.push(performance.timeOrigin + performance.now());
  }
  return [id, seenAt];
}

function textOf(report: Awaited<ReturnType<typeof measure>> & Size & { ledger: string }): string {
  const { delayMs, releaseMs, ratio, sessionJobsPerSecond, plainJobsPerSecond } = report;
  return [
    `${report.sessions} sessions of ${report.indexes} indexes on ${report.ledger}`,
    `filled → seen    p50 ${delayMs.p50} ms, p99 ${delayMs.p99} ms`,
    `released → seen  p50 ${releaseMs.p50} ms, p99 ${releaseMs.p99} ms`,
    `with sessions    ${sessionJobsPerSecond} jobs/s`,
    `without          ${plainJobsPerSecond} jobs/s`,
    `ratio            ${ratio}`,
  ].join('\n');
}
