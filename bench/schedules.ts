import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { planTick } from '../dist/activities/control/tick-plan.js';
import type { Connections } from '../dist/client/connections.js';
import { wakeTick } from '../dist/client/schedules/alarm.js';
import { eachAtOnce } from '../dist/domain/each-at-once.js';
import { tickWorkflowId } from '../dist/domain/ids.js';
import type { HoldfastClient } from '../dist/index.js';
import { connect } from '../dist/index.js';
import { openLedger } from '../dist/ledger/ledger.js';
import { quantile, rounded } from './quantile.ts';
import { note, startBenchServers, started } from './servers.ts';

// As an orchestrator does that finds schedules due.
const TICKS_AT_ONCE = 16;

const HELP = `npm run bench:schedules -- [--json] [--schedules 100] [--scopes 100] [--rounds 2]

Schedules of no-op jobs, --schedules of them with --scopes scopes each, all of whose (schedule, scope) pairs
are due at once, against as many jobs by submitMany, on the same servers, in alternating rounds. The next
side begins when all jobs of the one before are closed. The ledger is a PostgreSQL that this starts, under an
account other than root, or PGlite where this machine has none: \`ledger\` says which.

Prints one document on standard output:
  planUsPerPair  microseconds of planning a pair: the activity of a tick that decides what is due and
                 puts it on record, a schedule after the other
  startsRatio    jobs that were started a second, from the wake of all ticks until the last one was, of those
                 by submitMany: the median of the rounds
  idleTickMs     milliseconds of a tick that has nothing due, from its start until its caller knows of its end:
                 of one of --schedules schedules that are ticked ${TICKS_AT_ONCE} at a time
  idleTickAloneMs  the same one at a time, the middle one`;

const NO_OP = fileURLToPath(new URL('./jobs/no-op.mjs', import.meta.url));
const POLL_MS = 50;
const SUBMITS_AT_ONCE = 32;
const WARM_UP = { schedules: 2, scopes: 100 };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    schedules: { type: 'string', default: '100' },
    scopes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
  },
});
if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const size = { schedules: countOf('schedules'), scopes: countOf('scopes') };
  const rounds = countOf('rounds');
  // Ticks come when the measurement wakes them.
  const servers = await startBenchServers(['--tick-interval', '1d']);
  const { temporal, databaseUrl } = servers.embedded;
  const flags = ['--pool', 'bench', '--name', 'a', '--jobs', NO_OP, '--slots', '8'];
  const node = await started(['node', ...flags], { ...servers.env, DATABASE_URL: undefined });
  const bench = await openBench(temporal, databaseUrl);
  try {
    await ticked(bench, WARM_UP);
    await submitted(bench, WARM_UP.schedules * WARM_UP.scopes);
    const document = {
      planUsPerPair: await planned(bench, size),
      ...(await runRounds(bench, size, rounds)),
      ...(await idle(bench, { ...size, scopes: 1 })),
      ...{ ...size, rounds, ledger: servers.ledger },
    };
    const text = values.json ? JSON.stringify(document) : textOf(document);
    process.stdout.write(`${text}\n`);
  } finally {
    await bench.close();
    await node.stop();
    await servers.stop();
  }
}

function countOf(name: 'schedules' | 'scopes' | 'rounds'): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Error(`--${name}: expected a whole number from 1, got ${values[name]}`);
}

interface Bench extends Connections {
  readonly holdfast: HoldfastClient;
  readonly db: pg.Client;
  close(): Promise<void>;
}

async function openBench(
  { address, namespace }: { readonly address: string; readonly namespace: string },
  databaseUrl: string,
): Promise<Bench> {
  const place = { address, namespace };
  const holdfast = await connect({ temporal: place, databaseUrl });
  const connection = await Connection.connect({ address });
  const ledger = openLedger(databaseUrl);
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  const close = async (): Promise<void> => {
    await db.end();
    await ledger.close();
    await connection.close();
    await holdfast.close();
  };
  const client = new Client({ connection, namespace });
  return { client, ledger, place, kinds: {}, holdfast, db, close };
}

interface Size {
  readonly schedules: number;
  readonly scopes: number;
}

/** Puts schedules on record each of whose scopes has one time that is due: the last midnight. */
async function putSchedules({ holdfast }: Bench, { schedules, scopes }: Size): Promise<string[]> {
  const run = randomUUID().slice(0, 8);
  const names = Array.from({ length: schedules }, (_, n) => `bench-${run}-${n}`);
  const definition = {
    ...{ kind: 'no-op', pool: 'bench', every: '1d', window: '7d', input: { n: 1 } },
    scopes: Array.from({ length: scopes }, (_, n) => `scope-${n}`),
  };
  await eachAtOnce(names, TICKS_AT_ONCE, (name) => holdfast.schedules.put({ name, ...definition }));
  return names;
}

async function removeSchedules({ holdfast }: Bench, names: readonly string[]): Promise<void> {
  await eachAtOnce(names, TICKS_AT_ONCE, (name) => holdfast.schedules.remove(name));
}

async function planned(bench: Bench, size: Size): Promise<number> {
  const names = await putSchedules(bench, size);
  const events = { timesDecided: () => undefined };
  const startedAt = performance.now();
  let pairs = 0;
  for (const schedule of names) {
    let cursor: string | undefined;
    do {
      const at = cursor === undefined ? {} : { cursor };
      const done = await planTick(bench.ledger, events, { schedule, limit: 500, ...at });
      pairs += done.planned;
      cursor = done.cursor;
    } while (cursor !== undefined);
  }
  const tookMs = performance.now() - startedAt;
  if (pairs !== size.schedules * size.scopes) throw new Error(`${pairs} pairs were planned`);
  await removeSchedules(bench, names);
  const planUsPerPair = rounded((tookMs / pairs) * 1000);
  note(`planning: ${planUsPerPair} µs a pair`);
  return planUsPerPair;
}

/** Each side comes first as often as second. */
async function runRounds(bench: Bench, size: Size, rounds: number) {
  const pairs = size.schedules * size.scopes;
  const each: { ticked: number; submitted: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const rate = { ticked: 0, submitted: 0 };
    const sides = [
      async () => (rate.ticked = await ticked(bench, size)),
      async () => (rate.submitted = await submitted(bench, pairs)),
    ];
    for (const side of round % 2 === 0 ? sides : sides.reverse()) await side();
    each.push(rate);
    const told = `ticks ${rounded(rate.ticked)}/s, submitMany ${rounded(rate.submitted)}/s`;
    note(`round ${round + 1}: ${told}`);
  }
  const ratios = each.map((rate) => rounded(rate.ticked / rate.submitted, 3));
  return {
    startsRatio: rounded(quantile(ratios, 0.5), 3),
    startsRatios: ratios,
    startsPerSecond: each.map((rate) => rounded(rate.ticked)),
    submitsPerSecond: each.map((rate) => rounded(rate.submitted)),
  };
}

/** Starts a second by ticks, from their wake until the last plan has started. */
async function ticked(bench: Bench, size: Size): Promise<number> {
  const names = await putSchedules(bench, size);
  const pairs = size.schedules * size.scopes;
  const startedAt = performance.now();
  await eachAtOnce(names, TICKS_AT_ONCE, (name) => wakeTick(bench, name));
  await countIs(bench, pairs, {
    text: `select count(*)::int as count from holdfast.plans
       where schedule = any($1) and started_at is not null`,
    values: [names],
  });
  const rate = (pairs / (performance.now() - startedAt)) * 1000;
  await countIs(bench, pairs, {
    text: `select count(*)::int as count from holdfast.plans join holdfast.jobs on jobs.id = job_id
       where schedule = any($1) and state = 'succeeded'`,
    values: [names],
  });
  await removeSchedules(bench, names);
  return rate;
}

/** Starts a second by `submitMany`, until its last answer. */
async function submitted(bench: Bench, jobs: number): Promise<number> {
  const run = randomUUID().slice(0, 8);
  const ids = Array.from({ length: jobs }, (_, n) => `${run}-${n}`);
  const items = ids.map((id) => ({ id, input: { n: 1 }, pool: 'bench' }));
  const startedAt = performance.now();
  const submitting = bench.holdfast.jobs.submitMany('no-op', items, {
    concurrency: SUBMITS_AT_ONCE,
  });
  for await (const answer of submitting) if ('error' in answer) throw answer.error;
  const rate = (jobs / (performance.now() - startedAt)) * 1000;
  await countIs(bench, jobs, {
    text: `select count(*)::int as count from holdfast.jobs where id = any($1) and state = 'succeeded'`,
    values: [ids],
  });
  return rate;
}

/** Looks at the ledger: waiting for each job would load the servers by itself. */
async function countIs({ db }: Bench, count: number, query: pg.QueryConfig): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ count: number }>(query);
    if (rows[0]?.count === count) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Milliseconds of a tick that has nothing due: many at once, and one at a time. */
async function idle(bench: Bench, size: Size) {
  const names = await putSchedules(bench, size);
  // These have something due.
  await eachAtOnce(names, TICKS_AT_ONCE, (name) => tickOnce(bench, name));
  const startedAt = performance.now();
  await eachAtOnce(names, TICKS_AT_ONCE, (name) => tickOnce(bench, name));
  const idleTickMs = rounded((performance.now() - startedAt) / names.length);
  const times: number[] = [];
  for (const name of names) {
    const begunAt = performance.now();
    await tickOnce(bench, name);
    times.push(performance.now() - begunAt);
  }
  await removeSchedules(bench, names);
  return { idleTickMs, idleTickAloneMs: rounded(quantile(times, 0.5)) };
}

async function tickOnce(bench: Bench, name: string): Promise<void> {
  await wakeTick(bench, name);
  await bench.client.workflow.getHandle(tickWorkflowId(name)).result();
}

interface Report extends Awaited<ReturnType<typeof runRounds>>, Size {
  readonly planUsPerPair: number;
  readonly idleTickMs: number;
  readonly idleTickAloneMs: number;
  readonly rounds: number;
  readonly ledger: string;
}

function textOf(report: Report): string {
  const { schedules, scopes, rounds, startsPerSecond, submitsPerSecond } = report;
  return [
    `${schedules} schedules with ${scopes} scopes each on ${report.ledger}, ${rounds} rounds`,
    `planning      ${report.planUsPerPair} µs a pair`,
    `starts        ${report.startsRatio} of submitMany: ${startsPerSecond.join(', ')}/s of ${submitsPerSecond.join(', ')}/s`,
    `an idle tick  ${report.idleTickMs} ms of many, ${report.idleTickAloneMs} ms alone`,
  ].join('\n');
}
