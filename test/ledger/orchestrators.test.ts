import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import {
  beatOrchestrator,
  dropOrchestrator,
  listOrchestrators,
} from '../../src/ledger/orchestrators.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const find = async (identity: string) =>
  (await listOrchestrators(pool)).find((each) => each.identity === identity);

/** As if it had been killed so long ago. */
const silence = (identity: string, age: string) =>
  pool.query(
    'update holdfast.orchestrators set beat_at = now() - $2::interval where identity = $1',
    [identity, age],
  );

test('an orchestrator is online until it is silent for 15 s, and again when it beats', async () => {
  const identity = unique('orchestrator');
  await beatOrchestrator(pool, identity);
  const first = await find(identity);
  expect(first).toMatchObject({ state: 'online' });
  await silence(identity, '14 seconds');
  expect(await find(identity)).toMatchObject({ state: 'online' });
  await silence(identity, '16 seconds');
  expect(await find(identity)).toMatchObject({ state: 'offline', startedAt: first!.startedAt });
  await beatOrchestrator(pool, identity);
  expect(await find(identity)).toMatchObject({ state: 'online', startedAt: first!.startedAt });
});

test('one that stops in order is off the record at once, and one that was killed after a week', async () => {
  const [stopped, killed] = [unique('stopped'), unique('killed')];
  for (const identity of [stopped, killed]) await beatOrchestrator(pool, identity);
  await dropOrchestrator(pool, stopped);
  expect(await find(stopped)).toBeUndefined();
  await silence(killed, '8 days');
  await beatOrchestrator(pool, stopped);
  expect(await find(killed)).toBeUndefined();
});
