import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findNewest } from '../../src/ledger/find-newest.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

it('answers the newest generation of an id, open or closed', async () => {
  expect(await findNewest(pool, unique('nobody'))).toBeUndefined();
  const first = opening({ horizonMs: 3_600_000 });
  const { id } = first.spec;
  await openJob(pool, first);
  const newest = { generation: 1, runId: first.runId, isOver: false, horizonMs: 3_600_000 };
  expect(await findNewest(pool, id)).toEqual({ ...newest, state: 'open' });
  await closeJob(pool, closing(first));
  expect(await findNewest(pool, id)).toEqual({ ...newest, state: 'succeeded' });
  const second = opening({}, { id, generation: 2 });
  await openJob(pool, second);
  expect(await findNewest(pool, id)).toMatchObject({ generation: 2, runId: second.runId });
});

it.each([
  ['of none', {}, false],
  ['of no time', { horizonMs: 0 }, true],
  ['that is not over', { horizonMs: 3_600_000 }, false],
])('tells of a horizon %s whether the id may run again', async (_, horizon, isOver) => {
  const open = opening(horizon);
  await openJob(pool, open);
  expect(await findNewest(pool, open.spec.id)).toMatchObject({ isOver: false });
  await closeJob(pool, closing(open));
  expect(await findNewest(pool, open.spec.id)).toMatchObject({ isOver });
});
