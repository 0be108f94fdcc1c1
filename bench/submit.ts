import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HoldfastClient } from '../dist/index.js';
import { connect, enqueueMany } from '../dist/index.js';
import pg from 'pg';
import { quantile, rounded } from './quantile.ts';
import { relayLags } from './relay-lags.ts';
import { note, startBenchServers, started } from './servers.ts';

const HELP = `npm run bench:submit -- [--json] [--jobs 500] [--rounds 6] [--bulk 1000] [--lag-jobs 300]
    [--lag-rate 20] [--in-flight 32] [--slots 8]

No-op jobs that are submitted in several ways on the same servers, in alternating rounds of --jobs jobs
each. The ledger is a PostgreSQL that this starts, under an account other than root, or PGlite where this
machine has none: \`ledger\` says which. For the numbers of the issue: --bulk 10000.

Prints one document on standard output:
  outboxRatio    jobs a second, from the first call until all are closed, by enqueueMany in transactions
                 of 100, of those by submitMany: the median of the rounds
  resourceRatio  the same of jobs that hold one of a resource of which there is more than enough
  relayLagMs     from enqueued_at to the start of the workflow, for single jobs, --lag-rate a second
  bulkRatio      submits a second by submitMany, of those by a loop of submit, --bulk jobs each`;

const NO_OP = fileURLToPath(new URL('./jobs/no-op.mjs', import.meta.url));
const WARM_UP = 100;
const TRANSACTION = 100;
const POLL_MS = 20;
const RESOURCE = 'bench';
const SIDES = ['direct', 'outbox', 'resource'] as const;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    jobs: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '6' },
    bulk: { type: 'string', default: '1000' },
    'lag-jobs': { type: 'string', default: '300' },
    'lag-rate': { type: 'string', default: '20' },
    'in-flight': { type: 'string', default: '32' },
    slots: { type: 'string', default: '8' },
  },
});
if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const size = {
    jobs: countOf('jobs'),
    rounds: countOf('rounds'),
    bulk: countOf('bulk'),
    lagJobs: countOf('lag-jobs'),
    lagRate: countOf('lag-rate'),
    inFlight: countOf('in-flight'),
  };
  const servers = await startBenchServers();
  const { temporal, databaseUrl } = servers.embedded;
  const flags = ['--pool', 'bench', '--name', 'a', '--jobs', NO_OP, '--slots', values.slots];
  const node = await started(['node', ...flags], { ...servers.env, DATABASE_URL: undefined });
  const { address, namespace } = temporal;
  const client = await connect({ temporal: { address, namespace }, databaseUrl });
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    const bench = { client, db, inFlight: size.inFlight };
    await client.resources.set(RESOURCE, 1_000_000);
    for (const side of SIDES) await throughput(bench, side, Math.min(WARM_UP, size.jobs));
    const report = {
      ...(await runRounds(bench, size)),
      relayLagMs: await relayLags(
        { db, temporal: { address, namespace } },
        { jobs: size.lagJobs, perSecond: size.lagRate },
      ),
      ...(await bulk(bench, size.bulk)),
    };
    const document = { ...report, ...size, ledger: servers.ledger };
    process.stdout.write(`${values.json ? JSON.stringify(document) : textOf(document)}\n`);
  } finally {
    await db.end();
    await client.close();
    await node.stop();
    await servers.stop();
  }
}

type Count = 'jobs' | 'rounds' | 'bulk' | 'lag-jobs' | 'lag-rate' | 'in-flight';

function countOf(name: Count): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Error(`--${name}: expected a whole number from 1, got ${values[name]}`);
}

interface Bench {
  readonly client: HoldfastClient;
  readonly db: pg.Client;
  readonly inFlight: number;
}

type Side = (typeof SIDES)[number];

/** Each side comes first, second and last equally often. */
async function runRounds(bench: Bench, { jobs, rounds }: { jobs: number; rounds: number }) {
  const rates: Record<Side, number>[] = [];
  for (let round = 0; round < rounds; round++) {
    const rate = { direct: 0, outbox: 0, resource: 0 };
    for (let n = 0; n < SIDES.length; n++) {
      const side = SIDES[(round + n) % SIDES.length]!;
      rate[side] = await throughput(bench, side, jobs);
    }
    rates.push(rate);
    const told = SIDES.map((side) => `${side} ${rounded(rate[side])}/s`);
    note(`round ${round + 1}: ${told.join(', ')}`);
  }
  const ratiosOf = (side: Side) => rates.map((rate) => rate[side] / rate.direct);
  const median = (each: readonly number[]) => rounded(quantile(each, 0.5), 3);
  return {
    outboxRatio: median(ratiosOf('outbox')),
    resourceRatio: median(ratiosOf('resource')),
    outboxRatios: ratiosOf('outbox').map((ratio) => rounded(ratio, 3)),
    resourceRatios: ratiosOf('resource').map((ratio) => rounded(ratio, 3)),
    directJobsPerSecond: rounded(
      quantile(
        rates.map((rate) => rate.direct),
        0.5,
      ),
    ),
  };
}

/** Jobs a second, from the first call until all are closed. */
async function throughput(bench: Bench, side: Side, jobs: number): Promise<number> {
  const ids = newIds(jobs);
  const startedAt = performance.now();
  if (side === 'outbox') await enqueueAll(bench, ids);
  else await submitAll(bench, ids, side === 'resource' ? { resources: { [RESOURCE]: 1 } } : {});
  await allClosed(bench, ids);
  return (jobs / (performance.now() - startedAt)) * 1000;
}

async function submitAll({ client, inFlight }: Bench, ids: readonly string[], options: object) {
  const items = ids.map((id, n) => ({ id, input: { n }, pool: 'bench', ...options }));
  const submitting = client.jobs.submitMany('no-op', items, { concurrency: inFlight });
  for await (const answer of submitting) if ('error' in answer) throw answer.error;
}

async function enqueueAll({ db }: Bench, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += TRANSACTION) {
    const some = ids.slice(from, from + TRANSACTION);
    await db.query('begin');
    const items = some.map((id, n) => ({ id, input: { n: from + n }, pool: 'bench' }));
    await enqueueMany(db, 'no-op', items);
    await db.query('commit');
  }
}

/** Submits a second, of both ways, on servers that are as busy with the jobs of one as of the other. */
async function bulk(bench: Bench, jobs: number) {
  const [manyIds, loopIds] = [newIds(jobs), newIds(jobs)];
  const rateOf = async (ids: readonly string[], submit: () => Promise<void>) => {
    const startedAt = performance.now();
    await submit();
    const rate = (jobs / (performance.now() - startedAt)) * 1000;
    await allClosed(bench, ids);
    return rate;
  };
  const many = await rateOf(manyIds, () => submitAll(bench, manyIds, {}));
  const loop = await rateOf(loopIds, async () => {
    for (const [n, id] of loopIds.entries()) {
      await bench.client.jobs.submit('no-op', { n }, { id, pool: 'bench' });
    }
  });
  note(`${jobs} jobs: submitMany ${rounded(many)}/s, a loop of submit ${rounded(loop)}/s`);
  return {
    bulkRatio: rounded(many / loop, 3),
    manySubmitsPerSecond: rounded(many),
    loopSubmitsPerSecond: rounded(loop),
  };
}

function newIds(count: number): string[] {
  const run = randomUUID().slice(0, 8);
  return Array.from({ length: count }, (_, n) => `${run}-${n}`);
}

/** Looks at the ledger: waiting for each result would load the server by itself. */
async function allClosed({ db }: Bench, ids: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ state: string; count: number }>(
      `select state, count(*)::int as count from holdfast.jobs
       where id = any($1) and state <> 'open' group by state`,
      [ids],
    );
    const failed = rows.find(({ state }) => state !== 'succeeded');
    if (failed !== undefined) throw new Error(`${failed.count} jobs are ${failed.state}`);
    if ((rows[0]?.count ?? 0) === ids.length) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Report extends Awaited<ReturnType<typeof runRounds>> {
  readonly relayLagMs: { readonly p50: number; readonly p99: number };
  readonly bulkRatio: number;
  readonly jobs: number;
  readonly rounds: number;
  readonly bulk: number;
  readonly ledger: string;
}

function textOf(report: Report): string {
  const { outboxRatio, relayLagMs, bulkRatio, resourceRatio, jobs, rounds } = report;
  return [
    `${rounds} rounds of ${jobs} jobs on ${report.ledger}, ${report.directJobsPerSecond} jobs/s directly`,
    `by the outbox          ${outboxRatio} of that`,
    `with one resource      ${resourceRatio} of that`,
    `relay's lag            p50 ${relayLagMs.p50} ms, p99 ${relayLagMs.p99} ms`,
    `submitMany of ${report.bulk}   ${bulkRatio} times a loop of submit`,
  ].join('\n');
}
