import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeSession } from '../../src/ledger/close-session.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { findSession } from '../../src/ledger/find-sessions.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { releaseDue } from '../../src/ledger/release-due.ts';
import { fillAt, makeDue, openAt } from './played-session.ts';
import { opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function session(skipAfterMs?: number): Promise<string> {
  const id = unique('session');
  await createSession(pool, id, { skipAfterMs, isStrict: false });
  return id;
}

describe('closeSession', () => {
  it('ends a session with its last index, and refuses any after it', async () => {
    const id = await session();
    await fillAt(pool, id, 0);
    expect(await closeSession(pool, id, 2)).toMatchObject({ count: 2, endedAt: undefined });
    await fillAt(pool, id, 1);
    expect(await findSession(pool, id)).toMatchObject({
      cursor: 1,
      endedAt: expect.any(Date) as Date,
    });
    expect(await openJob(pool, opening({ session: { id, index: 2 } }))).toMatchObject({
      kind: 'closed',
      outcome: { error: { code: 'session_ended' } },
    });
  });

  it('ends one at once that has released all, and an empty one', async () => {
    for (const count of [0, 1]) {
      const id = await session();
      if (count === 1) await fillAt(pool, id, 0);
      expect(await closeSession(pool, id, count)).toMatchObject({
        endedAt: expect.any(Date) as Date,
      });
    }
  });

  it('answers what was set before to a second close, and nothing for an unknown one', async () => {
    const id = await session();
    await closeSession(pool, id, 3);
    expect(await closeSession(pool, id, 4)).toMatchObject({ count: 3 });
    expect(await closeSession(pool, unique('session'), 1)).toBeUndefined();
  });

  it('refuses a count that a job is behind, and names it', async () => {
    const id = await session();
    const { spec } = await openAt(pool, id, 4);
    await expect(closeSession(pool, id, 4)).rejects.toMatchObject({
      code: 'session_ended',
      message: `session ${id} cannot end after 4 indexes: job ${spec.id} holds index 4`,
    });
    expect(await findSession(pool, id)).toMatchObject({ count: undefined });
    expect(await closeSession(pool, id, 5)).toMatchObject({ count: 5 });
  });

  it('passes over what is missing at the end when its time is over', async () => {
    const id = await session(3_600_000);
    await fillAt(pool, id, 0);
    await closeSession(pool, id, 5);
    await makeDue(pool, id);
    expect(await releaseDue(pool, 1_000)).toContainEqual({ id, skipped: 4 });
    expect(await findSession(pool, id)).toMatchObject({
      cursor: 4,
      endedAt: expect.any(Date) as Date,
    });
  });

  it('lets exactly one of many counts win when all come at once', async () => {
    const id = await session();
    const closed = await Promise.all([3, 4, 5, 6].map((count) => closeSession(pool, id, count)));
    expect(new Set(closed.map((each) => each?.count)).size).toBe(1);
  });
});
