import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listJobs } from '../../src/ledger/find-jobs.ts';
import type { JobFilter } from '../../src/ledger/find-jobs.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

const JOBS = 20_000;
let database: OwnDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
  await pool.query(
    `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, state, error,
       opened_at, closed_at, session_id, session_index)
     select 'job-' || n, 1, 'w', 'r', 'kind-' || n % 100, 'pool-' || n % 50, '{}',
       case when n % 50 = 0 then 'failed' else 'succeeded' end,
       case when n % 50 = 0 then '{}'::json end,
       now() - interval '1 second' * n, now(), 'session-' || n / 100, n % 100
     from generate_series(1, $1::int) n`,
    [JOBS],
  );
  await pool.query('analyze holdfast.jobs');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** The nodes of the plan of the very statement that lists jobs. */
async function planOf(filter: Partial<JobFilter>): Promise<Plan[]> {
  let plan: Plan | undefined;
  const explaining = {
    query: async (text: string, values: unknown[]) => {
      const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `explain (format json) ${text}`,
        values,
      );
      plan = rows[0]!['QUERY PLAN'][0]!.Plan;
      return { rows: [] };
    },
  } as unknown as pg.Pool;
  await listJobs(explaining, { limit: 50, ...filter });
  const flat = (node: Plan): Plan[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  return flat(plan!);
}

const { cursor } = { cursor: Buffer.from('[1700000000000000,"job-1",1]').toString('base64url') };

test.each<[Partial<JobFilter>, string]>([
  [{}, 'jobs_newest'],
  [{ cursor }, 'jobs_newest'],
  [{ kind: 'kind-7' }, 'jobs_kind'],
  [{ kind: 'kind-7', cursor }, 'jobs_kind'],
  [{ pool: 'pool-7' }, 'jobs_pool'],
  [{ session: 'session-7' }, 'jobs_session'],
  [{ state: 'failed' }, 'jobs_unsuccessful'],
  [{ state: 'cancelled' }, 'jobs_unsuccessful'],
  [{ state: 'open' }, 'jobs_open'],
])('a list by %o goes along %s and sorts nothing', async (filter, index) => {
  const nodes = await planOf(filter);
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  expect(nodes.map((node) => node['Node Type'])).not.toContain('Sort');
  expect(nodes.find((node) => node['Index Name'] !== undefined)?.['Index Name']).toBe(index);
});

test('a page begins where the one before ended', async () => {
  const first = await listJobs(pool, { limit: 3, kind: 'kind-7' });
  const { cursor: next } = first;
  const second = await listJobs(pool, { limit: 3, kind: 'kind-7', cursor: next! });
  const ids = [...first.jobs, ...second.jobs].map(({ id }) => id);
  expect(ids).toEqual(['job-7', 'job-107', 'job-207', 'job-307', 'job-407', 'job-507']);
});
