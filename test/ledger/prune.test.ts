import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RetentionPolicy } from '../../src/domain/retention.ts';
import { RETENTION_DEFAULTS } from '../../src/domain/retention.ts';
import { findAttempts } from '../../src/ledger/attempts.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { findJob, listJobs } from '../../src/ledger/find-jobs.ts';
import { findOutcome } from '../../src/ledger/find-outcome.ts';
import { judgeResult } from '../../src/ledger/judge-result.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { prune } from '../../src/ledger/prune.ts';
import { releaseDue } from '../../src/ledger/release-due.ts';
import { findResults } from '../../src/ledger/results.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import {
  CANCELLED,
  FAILURE,
  fillAt,
  lateResult,
  makeDue,
  openAt,
  story,
} from './played-session.ts';
import { attempt, closing, opening, unique } from './records.ts';

// Of its own: the clean-up would take what other tests have.
let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});
beforeEach(() =>
  pool.query('truncate holdfast.jobs, holdfast.sessions, holdfast.session_slots cascade'),
);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const NOTHING = { jobs: 0, attempts: 0, payloads: 0, fences: 0, audit: 0 };
const TODAY = new Date().toISOString().slice(0, 10);

/** Everything is old enough, unless it is given otherwise. */
async function cleanUp(given: Partial<RetentionPolicy> = {}, limit = 100) {
  const now = { intervalMs: 1, closedJobsMs: -1, sessionResultsMs: -1, fencesMs: -1, auditMs: -1 };
  return prune(pool, { ...now, ...given }, limit);
}

async function closed(request: Parameters<typeof opening>[0] = {}, outcome?: typeof FAILURE) {
  const open = opening(request);
  await openJob(pool, open);
  await closeJob(pool, closing(open, outcome, [attempt(), attempt({ epoch: 2 })]));
  return open;
}

const payloads = async (id: string) =>
  (await findResults(pool, id, 1)).map(({ verdict, result }) => [verdict, result]);

describe('prune', () => {
  it('strips a closed job to its fence, which still refuses its id', async () => {
    const open = await closed();
    expect(await cleanUp()).toEqual({ ...NOTHING, jobs: 1, attempts: 2, payloads: 1 });
    expect(await cleanUp()).toEqual(NOTHING);
    const message = `job ${open.spec.id} succeeded on ${TODAY}; its result was cleaned up`;
    const error = { code: 'result_pruned', message };
    const outcome = { state: 'failed', error };
    expect(await openJob(pool, open)).toEqual({ kind: 'closed', outcome });
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(outcome);
    expect(await closeJob(pool, closing(open))).toEqual({ closed: { kind: 'earlier', outcome } });
    expect(await findJob(pool, open.spec.id)).toMatchObject({
      state: 'succeeded',
      input: null,
      result: undefined,
      error,
      attemptCount: 2,
      prunedAt: expect.any(Date) as Date,
    });
    expect(await findAttempts(pool, open.spec.id, 1)).toEqual([]);
    expect(await payloads(open.spec.id)).toEqual([['accepted', undefined]]);
  });

  it.each([
    ['failed', FAILURE],
    ['was cancelled', CANCELLED],
  ])('tells of a job that %s how it ended', async (ended, given) => {
    const { spec } = await closed({}, given);
    await cleanUp();
    const message = `job ${spec.id} ${ended} on ${TODAY}; the reason was cleaned up`;
    const outcome = { state: 'failed', error: { code: 'result_pruned', message } };
    expect(await findOutcome(pool, spec.id, 1)).toEqual(outcome);
  });

  it('leaves jobs that are open, or closed not long enough', async () => {
    const open = opening();
    await openJob(pool, open);
    const { spec } = await closed();
    expect(await prune(pool, RETENTION_DEFAULTS, 100)).toEqual(NOTHING);
    expect(await cleanUp()).toMatchObject({ jobs: 1 });
    expect(await findJob(pool, open.spec.id)).toMatchObject({
      state: 'open',
      input: { name: 'Ada' },
    });
    expect(await cleanUp({ closedJobsMs: Infinity, fencesMs: Number.MAX_SAFE_INTEGER })).toEqual(
      NOTHING,
    );
    expect((await listJobs(pool, { limit: 10 })).jobs.map(({ id }) => id)).toEqual([open.spec.id]);
    expect(await findJob(pool, spec.id)).toBeDefined();
  });

  it('lists no job that it has stripped', async () => {
    const id = unique('session');
    const { spec } = await closed({ session: { id, index: 0 } });
    const filter = { kind: spec.kind, pool: spec.pool, session: id, limit: 10 };
    expect((await listJobs(pool, filter)).jobs).toHaveLength(1);
    await cleanUp();
    expect((await listJobs(pool, filter)).jobs).toEqual([]);
  });

  it('does no more than a batch at a time, the oldest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await closed()).spec.id);
    const stripped = async () => {
      const { rows } = await pool.query<{ id: string }>(
        'select id from holdfast.jobs where pruned_at is not null order by closed_at',
      );
      return rows.map(({ id }) => id);
    };
    expect(await cleanUp({}, 2)).toMatchObject({ jobs: 2, attempts: 4 });
    expect(await stripped()).toEqual(ids.slice(0, 2));
    expect(await cleanUp({}, 2)).toMatchObject({ jobs: 2 });
    expect(await cleanUp({}, 2)).toMatchObject({ jobs: 1 });
    expect(await cleanUp({}, 2)).toEqual(NOTHING);
  });

  it('strips each job once when many clean up at once', async () => {
    for (let n = 0; n < 12; n++) await closed();
    const counts = await Promise.all([1, 2, 3, 4].map(() => cleanUp({}, 12)));
    expect(counts.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(12);
  });
});

describe('a fence', () => {
  it('stands for ever without a horizon, and with one until that is over', async () => {
    const forever = await closed();
    const [short, long] = [await closed({ horizonMs: 0 }), await closed({ horizonMs: 3_600_000 })];
    expect(await cleanUp({ fencesMs: 3_600_000 })).toMatchObject({ jobs: 3, fences: 0 });
    expect(await cleanUp()).toMatchObject({ jobs: 0, fences: 1 });
    const known = await Promise.all([forever, short, long].map((each) => openJob(pool, each)));
    expect(known.map(({ kind }) => kind)).toEqual(['closed', 'opened', 'closed']);
    await pool.query(`update holdfast.jobs set closed_at = closed_at - interval '2 hours'`);
    expect(await cleanUp()).toMatchObject({ fences: 1 });
    expect(await findOutcome(pool, long.spec.id, 1)).toBeUndefined();
    expect(await findOutcome(pool, forever.spec.id, 1)).toBeDefined();
    expect(await findResults(pool, long.spec.id, 1)).toEqual([]);
  });

  it('stands while a newer generation of its id does', async () => {
    const old = await closed({ horizonMs: 0 });
    const next = opening({ horizonMs: 0 }, { id: old.spec.id, generation: 2 });
    await openJob(pool, next);
    expect(await cleanUp()).toMatchObject({ jobs: 1, fences: 0 });
    await closeJob(pool, closing(next));
    expect(await cleanUp()).toMatchObject({ fences: 1 });
    expect(await cleanUp()).toMatchObject({ fences: 1 });
    expect(await findOutcome(pool, old.spec.id, 1)).toBeUndefined();
  });

  it('is longer than any calendar with the longest horizon', async () => {
    await closed({ horizonMs: Number.MAX_SAFE_INTEGER });
    expect(await cleanUp()).toMatchObject({ jobs: 1, fences: 0 });
  });

  it('stands while its slot is not released, and leaves the slot when it goes', async () => {
    const id = unique('session');
    const { spec } = await closed({ horizonMs: 0, session: { id, index: 1 } });
    expect(await cleanUp()).toMatchObject({ jobs: 1, payloads: 0, fences: 0 });
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0, { text: 'Hello, Ada' }]);
    expect(await cleanUp()).toMatchObject({ fences: 1 });
    expect(await findOutcome(pool, spec.id, 1)).toBeUndefined();
    expect(await story(pool, id)).toEqual(['pruned', 'pruned']);
    // The id may be used again; what the session released does not change.
    await closed({}, undefined);
    const again = opening({ session: { id, index: 2 } }, { id: spec.id });
    await openJob(pool, again);
    await closeJob(pool, closing(again, { state: 'succeeded', result: 'again' }));
    expect(await story(pool, id)).toEqual(['pruned', 'pruned', 'again']);
  });
});

describe('the result of a slot', () => {
  it('is kept until it is released, and for a time after that', async () => {
    const id = unique('session');
    const { spec } = await fillAt(pool, id, 1, { state: 'succeeded', result: null });
    await fillAt(pool, id, 2, FAILURE);
    expect(await cleanUp()).toMatchObject({ jobs: 2, payloads: 0 });
    expect(await findOutcome(pool, spec.id, 1)).toEqual({ state: 'succeeded', result: null });
    await fillAt(pool, id, 0);
    expect(await cleanUp({ sessionResultsMs: 3_600_000 })).toMatchObject({ jobs: 1, payloads: 0 });
    expect(await story(pool, id)).toEqual([0, null, 'failed']);
    expect(await cleanUp()).toEqual({ ...NOTHING, payloads: 3 });
    expect(await story(pool, id)).toEqual(['pruned', 'pruned', 'pruned']);
    expect(await cleanUp()).toEqual(NOTHING);
  });

  it('is kept as long as that of a job outside a session', async () => {
    const id = unique('session');
    await fillAt(pool, id, 0);
    expect(await cleanUp({ closedJobsMs: 3_600_000 })).toEqual(NOTHING);
    expect(await story(pool, id)).toEqual([0]);
  });

  it('goes with its job where other results of that do', async () => {
    const id = unique('session');
    const open = await fillAt(pool, id, 1, { state: 'succeeded', result: 1 });
    const late = lateResult(open, { epoch: 2, result: 2 });
    await judgeResult(pool, { late, from: 'late' });
    expect(await cleanUp()).toMatchObject({ jobs: 1, payloads: 1 });
    expect(await payloads(open.spec.id)).toEqual([
      ['accepted', 1],
      ['superseded', undefined],
    ]);
  });

  it('goes with its job when the index was passed over', async () => {
    const id = unique('session');
    await createSession(pool, id, { skipAfterMs: 60_000, isStrict: false });
    const [passed, failed] = [await openAt(pool, id, 0), await openAt(pool, id, 1)];
    await fillAt(pool, id, 2);
    await makeDue(pool, id);
    await releaseDue(pool, 10);
    await closeJob(pool, closing(passed));
    await closeJob(pool, closing(failed, FAILURE));
    expect(await cleanUp({ sessionResultsMs: 3_600_000 })).toMatchObject({ jobs: 3, payloads: 1 });
    expect(await payloads(passed.spec.id)).toEqual([['accepted', undefined]]);
    expect(await story(pool, id)).toEqual(['skipped', 'skipped', 2]);
  });

  it('goes when another job takes the slot over after the clean-up', async () => {
    const id = unique('session');
    const old = await fillAt(pool, id, 1);
    await cleanUp();
    expect(await payloads(old.spec.id)).toEqual([['accepted', 1]]);
    await openJob(pool, opening({ session: { id, index: 1, replaces: old.spec.id } }));
    expect(await payloads(old.spec.id)).toEqual([['accepted', undefined]]);
  });
});
