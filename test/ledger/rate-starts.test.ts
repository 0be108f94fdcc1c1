import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { closeJob } from '../../src/ledger/close-job.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { ending, resource, stateOf } from './holders.ts';
import { opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

/** When jobs of a key start, first to last, in milliseconds. */
async function startsOf(key: string): Promise<number[]> {
  const { rows } = await pool.query<{ at: number }>(
    `select (extract(epoch from starts_at) * 1000)::float8 as at
     from holdfast.rate_starts where key = $1 order by starts_at`,
    [key],
  );
  return rows.map(({ at }) => at);
}

it('lets no more jobs start within any window than its limit, many at once', async () => {
  const key = unique('key');
  const rate = { key, limit: 3, windowMs: 60_000 };
  const jobs = Array.from({ length: 10 }, () => opening({ rate }));
  const answers = await Promise.all(jobs.map((job) => openJob(pool, job)));
  expect(answers.filter((answer) => answer.kind === 'opened' && !answer.startsAt)).toHaveLength(3);
  const starts = await startsOf(key);
  expect(starts).toHaveLength(10);
  for (const [at, start] of starts.entries()) {
    if (at >= 3) expect(start - starts[at - 3]!).toBeGreaterThanOrEqual(60_000 - 0.01);
  }
});

it('reserves one start for a job, however often it opens', async () => {
  const key = unique('key');
  const rate = { key, limit: 1, windowMs: 60_000 };
  await openJob(pool, opening({ rate }));
  const job = opening({ rate });
  const answer = await openJob(pool, job);
  expect(answer).toMatchObject({ kind: 'opened', startsAt: expect.any(Number) as number });
  expect(await openJob(pool, job)).toEqual(answer);
  expect(await startsOf(key)).toHaveLength(2);
});

it('gives a start to come back when its job is closed, and keeps one that was', async () => {
  const key = unique('key');
  const rate = { key, limit: 1, windowMs: 60_000 };
  const [first, second] = [opening({ rate }), opening({ rate })];
  await openJob(pool, first);
  const before = await openJob(pool, second);
  await closeJob(pool, ending(first));
  await closeJob(pool, ending(second));
  expect(await startsOf(key)).toHaveLength(1);
  expect(await openJob(pool, opening({ rate }))).toEqual(before);
});

it('holds nothing before its start', async () => {
  const rate = { key: unique('key'), limit: 1, windowMs: 60_000 };
  const name = await resource(pool, 2);
  const resources = { [name]: 1 };
  const [first, second] = [opening({ rate, resources }), opening({ rate, resources })];
  expect(await openJob(pool, first)).toEqual({ kind: 'opened' });
  expect(await stateOf(pool, first)).toBe('held');
  expect(await openJob(pool, second)).toMatchObject({ awaitsGrant: true });
  expect(await stateOf(pool, second)).toBeUndefined();
});

it('counts a job of a strict session from its turn on', async () => {
  const rate = { key: unique('key'), limit: 1, windowMs: 60_000 };
  const id = unique('session');
  await createSession(pool, id, { skipAfterMs: undefined, isStrict: true });
  const [first, second] = [0, 1].map((index) => opening({ rate, session: { id, index } }));
  await openJob(pool, first!);
  expect(await openJob(pool, second!)).toEqual({ kind: 'opened', awaitsTurn: true });
  expect(await startsOf(rate.key)).toHaveLength(1);
  await closeJob(pool, ending(first!));
  const startsAt = expect.any(Number) as number;
  expect(await openJob(pool, second!)).toEqual({ kind: 'opened', startsAt });
});

it('takes windows of any length', async () => {
  const rate = { key: unique('key'), limit: 1, windowMs: Number.MAX_SAFE_INTEGER };
  const job = opening({ rate, deadlineMs: Number.MAX_SAFE_INTEGER });
  await openJob(pool, job);
  expect(await openJob(pool, opening({ rate }))).toMatchObject({ kind: 'opened' });
});
