import { afterAll, beforeAll, expect, it } from 'vitest';
import { askGrant } from '../../src/ledger/grants.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { dropLimits } from '../../src/ledger/prune-limits.ts';
import { listResources } from '../../src/ledger/resources.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { asking, end, resource } from './holders.ts';
import { opening, unique } from './records.ts';

// Of its own: the clean-up would take what other tests have.
let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const names = async () => (await listResources(pool, {})).map(({ name }) => name);

it('drops the limits that nobody holds or waits for, however many, and no resource', async () => {
  const kept = await resource(pool, 1);
  const jobs = Array.from({ length: 5 }, () =>
    opening({ concurrency: { key: unique('key'), limit: 1 } }),
  );
  for (const job of jobs) {
    await openJob(pool, job);
    await askGrant(pool, asking(job));
  }
  for (const job of jobs.slice(1)) await end(pool, job);
  await dropLimits(pool, 2);
  expect((await names()).sort()).toEqual([jobs[0]!.spec.needs[0]!.resource, kept].sort());
  await end(pool, jobs[0]!);
  await dropLimits(pool, 2);
  expect(await names()).toEqual([kept]);
});

it('drops the starts whose window is over, with their rates', async () => {
  const rate = { key: unique('key'), limit: 1, windowMs: 60_000 };
  for (const each of [rate, rate, { ...rate, key: unique('key') }]) {
    await openJob(pool, opening({ rate: each }));
  }
  const count = async (table: string) =>
    (await pool.query(`select 1 from holdfast.${table}`)).rowCount;
  await dropLimits(pool, 2);
  expect([await count('rate_starts'), await count('rates')]).toEqual([3, 2]);
  await pool.query(
    `update holdfast.rate_starts set starts_at = now() - interval '2 minutes'
                    where key <> $1`,
    [rate.key],
  );
  await dropLimits(pool, 2);
  expect([await count('rate_starts'), await count('rates')]).toEqual([2, 1]);
});
