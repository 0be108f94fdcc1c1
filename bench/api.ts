import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { startApi } from '../dist/api/start-api.js';
import { quantile, rounded } from './quantile.ts';
import { note, startBenchServers } from './servers.ts';

const HELP = `npm run bench:api -- [--json] [--jobs 100000] [--calls 500]

How long GET /v1/jobs/{id} and GET /v1/jobs take, over HTTP, one call after the other, with many closed
jobs in the ledger. Lists have 50 jobs: the newest ones, by kind, by pool, by state, by session, and a page
in the middle, in turn.

Prints one document on standard output: the milliseconds of the middle call and of the slowest of a
hundred. \`ledger\` says whether it is PostgreSQL or PGlite.`;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    jobs: { type: 'string', default: '100000' },
    calls: { type: 'string', default: '500' },
  },
});
if (values.help) process.stdout.write(`${HELP}\n`);
else await main(Number(values.jobs), Number(values.calls));

async function main(jobs: number, calls: number): Promise<void> {
  const servers = await startBenchServers();
  const { temporal, databaseUrl } = servers.embedded;
  await fill(databaseUrl, jobs);
  const api = await startApi({
    temporal: { address: temporal.address, namespace: temporal.namespace },
    databaseUrl,
    host: '127.0.0.1',
    port: 0,
    requestsPerSecond: 0,
    log: pino({ level: 'warn' }, pino.destination(2)),
  });
  try {
    const get = await timesOf(calls, (call) => `${api.url}/v1/jobs/job-${(call * 7919) % jobs}`);
    const lists = await listPaths(api.url);
    const list = await timesOf(calls, (call) => `${api.url}${lists[call % lists.length]!}`);
    const document = {
      getMs: { p50: rounded(quantile(get, 0.5)), p99: rounded(quantile(get, 0.99)) },
      listMs: { p50: rounded(quantile(list, 0.5)), p99: rounded(quantile(list, 0.99)) },
      jobs,
      calls,
      ledger: servers.ledger,
    };
    process.stdout.write(
      values.json ? `${JSON.stringify(document)}\n` : `${JSON.stringify(document, undefined, 2)}\n`,
    );
  } finally {
    await api.stop();
    await servers.stop();
  }
}

/** Closed jobs of ten pools and a hundred kinds, one a second, one in ten of them failed. */
async function fill(databaseUrl: string, jobs: number): Promise<void> {
  note(`inserting ${jobs} jobs`);
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  try {
    await db.query(
      `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, state, error,
         attempt_count, opened_at, closed_at, session_id, session_index)
       select 'job-' || n, 1, 'job/job-' || n, 'run-' || n, 'kind-' || n % 100, 'pool-' || n % 10, '{}',
         case when n % 10 = 0 then 'failed' else 'succeeded' end,
         case when n % 10 = 0 then '{"code":"job_failed","message":"no"}'::json end,
         1, at, at + interval '1 second', 'session-' || n / 1000, n % 1000
       from generate_series(0, $1::int - 1) n,
         lateral (select now() - interval '1 second' * ($1::int - n) as at) t`,
      [jobs],
    );
    await db.query('analyze holdfast.jobs');
  } finally {
    await db.end();
  }
}

async function listPaths(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/jobs?limit=1000`);
  const { cursor } = (await response.json()) as { cursor?: string };
  return [
    '/v1/jobs',
    '/v1/jobs?kind=kind-17',
    '/v1/jobs?pool=pool-3&state=failed',
    '/v1/jobs?state=failed',
    '/v1/jobs?session=session-42',
    `/v1/jobs?kind=kind-17&cursor=${cursor ?? ''}`,
    `/v1/jobs?cursor=${cursor ?? ''}`,
  ];
}

/** The milliseconds of each call, without the first ones, which open connections. */
async function timesOf(calls: number, urlOf: (call: number) => string): Promise<number[]> {
  const WARM_UP = 20;
  const times: number[] = [];
  for (let call = 0; call < calls + WARM_UP; call++) {
    const startedAt = performance.now();
    const response = await fetch(urlOf(call));
    await response.text();
    if (response.status !== 200) throw new Error(`${urlOf(call)} answered ${response.status}`);
    if (call >= WARM_UP) times.push(performance.now() - startedAt);
  }
  return times;
}
