import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OpenJob } from '../../src/domain/activities.ts';
import type { JobOutcome } from '../../src/domain/job.ts';
import { HIGHEST_INDEX } from '../../src/domain/session.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findJob, listJobs } from '../../src/ledger/find-jobs.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool, inTransaction } from '../../src/ledger/pool.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { findSlot } from '../../src/ledger/session-slots.ts';
import { lockOrCreateSession } from '../../src/ledger/lock-session.ts';
import { takeSlot } from '../../src/ledger/take-slot.ts';
import { eventually } from '../support/eventually.ts';
import { isOnPglite } from '../support/own-database.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
const isPglite = await isOnPglite();
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function opened(session: { id: string; index: number }): Promise<OpenJob> {
  const open = opening({ session });
  expect(await openJob(pool, open)).toEqual({ kind: 'opened' });
  return open;
}

async function filled(id: string, index: number, outcome?: JobOutcome): Promise<OpenJob> {
  const open = await opened({ id, index });
  await closeJob(pool, closing(open, outcome ?? { state: 'succeeded', result: index }));
  return open;
}

const indexes = async (id: string, after = -1, limit = 100): Promise<number[]> =>
  (await readReleased(pool, id, after, limit)).map(({ index }) => index);

describe('openJob with a session', () => {
  it('fails a job whose slot another job holds, names the holder, and leaves that alone', async () => {
    const session = { id: unique('session'), index: 3 };
    const holder = await opened(session);
    const late = opening({ session });
    const message = `index 3 of session ${session.id} belongs to job ${holder.spec.id}`;
    const outcome = { state: 'failed', error: { code: 'session_slot_taken', message } };
    expect(await openJob(pool, late)).toEqual({ kind: 'closed', outcome });
    expect(await openJob(pool, late)).toEqual({ kind: 'closed', outcome });
    expect(await findJob(pool, late.spec.id)).toMatchObject({ ...outcome, attemptCount: 0 });

    expect(await findJob(pool, holder.spec.id)).toMatchObject({ state: 'open', session });
    expect(await closeJob(pool, closing(holder))).toEqual({ closed: { kind: 'own' } });
  });

  it('keeps the slot of a closed job taken', async () => {
    const id = unique('session');
    const holder = await filled(id, 0);
    expect(await openJob(pool, opening({ session: { id, index: 0 } }))).toMatchObject({
      kind: 'closed',
      outcome: { error: { message: `index 0 of session ${id} belongs to job ${holder.spec.id}` } },
    });
    expect(await indexes(id)).toEqual([0]);
  });

  it('gives the same index of another session, and another index of the same one', async () => {
    const id = unique('session');
    await opened({ id, index: 0 });
    await opened({ id, index: HIGHEST_INDEX });
    await opened({ id: unique('session'), index: 0 });
  });

  it('lets exactly one of many jobs have a slot that all ask for at once', async () => {
    const session = { id: unique('session'), index: 0 };
    const opens = Array.from({ length: 8 }, () => opening({ session }));
    const openings = await Promise.all(opens.map((open) => openJob(pool, open)));
    const [winner, ...others] = opens.filter((_, i) => openings[i]?.kind === 'opened');
    expect(others).toEqual([]);
    const losers = openings.filter(({ kind }) => kind !== 'opened');
    expect(losers).toHaveLength(7);
    for (const loser of losers) {
      const message = expect.stringContaining(`job ${winner?.spec.id}`) as string;
      expect(loser).toMatchObject({ outcome: { error: { code: 'session_slot_taken', message } } });
    }
    const { jobs } = await listJobs(pool, { session: session.id, state: 'open', limit: 10 });
    expect(jobs.map(({ id }) => id)).toEqual([winner?.spec.id]);
  });

  // On PGlite an open transaction stops every other connection, so there is nothing to race.
  it.skipIf(isPglite).each([
    ['commits, and fails', true, { kind: 'closed', outcome: { state: 'failed' } }],
    ['rolls back, and gets it', false, { kind: 'opened' }],
  ])('waits for a job that is taking the slot until that %s', async (_, commits, answer) => {
    const session = { id: unique('session'), index: 0 };
    const holder = opening();
    const late = opening({ session });
    await openJob(pool, holder);
    const kept = new Error('not kept');
    const first = inTransaction(pool, async (tx) => {
      const { session: locked } = await lockOrCreateSession(tx, session.id);
      await takeSlot(tx, locked, session, holder.spec);
      const second = openJob(pool, late);
      await eventually(async () => {
        const { rows } = await pool.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock'
           and query like '%holdfast.sessions%' and datname = current_database()`,
        );
        return rows.length > 0;
      });
      if (!commits) throw Object.assign(kept, { second });
      return { second };
    }).catch(() => kept as Error & { second: ReturnType<typeof openJob> });
    expect(await (await first).second).toMatchObject(answer);
    const job = (commits ? holder : late).spec.id;
    expect(await findSlot(pool, session)).toMatchObject({ job, state: 'open' });
  });
});

describe('readReleased', () => {
  it('gives results, failures and cancellations in the order of their index', async () => {
    const id = unique('session');
    const failed: JobOutcome = { state: 'failed', error: { code: 'job_failed', message: 'boom' } };
    const gone: JobOutcome = { state: 'cancelled', error: { code: 'job_cancelled', message: 'x' } };
    const two = await filled(id, 2, gone);
    const nothing = await filled(id, 0, { state: 'succeeded', result: null });
    const one = await filled(id, 1, failed);
    expect(await readReleased(pool, id, -1, 10)).toEqual([
      { index: 0, job: nothing.spec.id, state: 'succeeded', result: null },
      { index: 1, job: one.spec.id, ...failed },
      { index: 2, job: two.spec.id, ...gone },
    ]);
  });

  it('ends before an index that is missing, and before one that is not filled', async () => {
    const id = unique('session');
    for (const index of [0, 1, 3, 4]) await filled(id, index);
    expect(await indexes(id)).toEqual([0, 1]);
    const two = await opened({ id, index: 2 });
    expect(await indexes(id)).toEqual([0, 1]);
    await closeJob(pool, closing(two));
    expect(await indexes(id)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is empty for an unknown session, and where the first index is missing', async () => {
    const id = unique('session');
    expect(await indexes(id)).toEqual([]);
    await filled(id, 1);
    expect(await indexes(id)).toEqual([]);
  });

  it('begins after the given index, and ends at the cursor wherever it begins', async () => {
    const id = unique('session');
    for (const index of [0, 1, 2, 4]) await filled(id, index);
    expect(await indexes(id, 0)).toEqual([1, 2]);
    expect(await indexes(id, 1)).toEqual([2]);
    expect(await indexes(id, 2)).toEqual([]);
    expect(await indexes(id, 3)).toEqual([]);
  });

  it('gives at most the limit', async () => {
    const id = unique('session');
    for (const index of [0, 1, 2]) await filled(id, index);
    expect(await indexes(id, -1, 2)).toEqual([0, 1]);
    expect(await indexes(id, 0, 1)).toEqual([1]);
    expect(await indexes(id, -1, 3)).toEqual([0, 1, 2]);
  });

  it('gives each filled index up to the first gap once, read in pages of any size', async () => {
    const states = fc.array(fc.constantFrom('filled', 'filled', 'filled', 'open', 'missing'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(states, fc.integer({ min: 1, max: 5 }), async (slots, limit) => {
        const id = unique('session');
        for (const [index, slot] of slots.entries()) {
          if (slot === 'filled') await filled(id, index);
          if (slot === 'open') await opened({ id, index });
        }
        const gap = slots.findIndex((slot) => slot !== 'filled');
        const read: number[] = [];
        for (;;) {
          const page = await indexes(id, read.at(-1) ?? -1, limit);
          if (page.length === 0) break;
          read.push(...page);
        }
        expect(read).toEqual(slots.slice(0, gap === -1 ? undefined : gap).map((_, i) => i));
      }),
      { numRuns: 25 },
    );
  });
});
