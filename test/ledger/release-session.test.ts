import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SessionRules } from '../../src/domain/session.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { findSession } from '../../src/ledger/find-sessions.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { releaseDue } from '../../src/ledger/release-due.ts';
import { isTurn } from '../../src/ledger/session-slots.ts';
import { eventually } from '../support/eventually.ts';
import { cursorOf, FAILURE, fillAt, makeDue, openAt, story } from './played-session.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const SKIP: SessionRules = { skipAfterMs: 3_600_000, isStrict: false };

async function session(rules: Partial<SessionRules> = {}): Promise<string> {
  const id = unique('session');
  await createSession(pool, id, { skipAfterMs: undefined, isStrict: false, ...rules });
  return id;
}

/** What this session's deadline released; other tests' sessions may be due, too. */
async function due(id: string) {
  return (await releaseDue(pool, 1_000)).filter((released) => released.id === id);
}

describe('the release of a session', () => {
  it('waits for an index that is missing, for ever where that is the rule', async () => {
    const id = await session();
    for (const index of [1, 2]) await fillAt(pool, id, index);
    expect(await findSession(pool, id)).toMatchObject({
      cursor: -1,
      gapSince: expect.any(Date) as Date,
      skipAt: undefined,
    });
    expect(await due(id)).toEqual([]);
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0, 1, 2]);
    expect(await findSession(pool, id)).toMatchObject({ cursor: 2, gapSince: undefined });
  });

  it('holds a failure as a placeholder, and gives it in its turn', async () => {
    const id = await session();
    const { spec } = await fillAt(pool, id, 1, FAILURE);
    await fillAt(pool, id, 0);
    expect(await readReleased(pool, id, 0, 9)).toEqual([{ index: 1, job: spec.id, ...FAILURE }]);
  });

  it('releases all when many jobs close at once', async () => {
    const id = await session();
    const opens = await Promise.all(Array.from({ length: 20 }, (_, i) => openAt(pool, id, i)));
    await Promise.all(
      opens.map((open, i) => closeJob(pool, closing(open, { state: 'succeeded', result: i }))),
    );
    expect(await story(pool, id)).toEqual(opens.map((_, i) => i));
  });

  it('releases more than it reads at a time', async () => {
    const id = await session();
    await pool.query(
      `insert into holdfast.session_slots
         (session_id, index, job_id, generation, state, error, filled_at)
       select $1, index, 'j', 1, 'failed', '{}', now() from generate_series(1, 1200) as index`,
      [id],
    );
    await fillAt(pool, id, 0);
    expect(await cursorOf(pool, id)).toBe(1_200);
    expect(await readReleased(pool, id, 1_100, 500)).toHaveLength(100);
  });

  it('gives each index once, read in pages of any size', async () => {
    const id = await session(SKIP);
    for (const index of [0, 3, 4, 6]) await fillAt(pool, id, index);
    await makeDue(pool, id);
    await due(id);
    await makeDue(pool, id);
    await due(id);
    const whole = await readReleased(pool, id, -1, 100);
    expect(whole.map(({ state }) => state[1])).toEqual(['u', 'k', 'k', 'u', 'u', 'k', 'u']);
    for (const limit of [1, 2, 3, 7, 8]) {
      const read: typeof whole = [];
      for (let page = whole; page.length > 0; read.push(...page)) {
        page = await readReleased(pool, id, read.at(-1)?.index ?? -1, limit);
        expect(page.length).toBeLessThanOrEqual(limit);
      }
      expect(read).toEqual(whole);
    }
  });
});

describe('a deadline', () => {
  it('passes over a gap that has waited long enough, and not before', async () => {
    const id = await session(SKIP);
    await fillAt(pool, id, 2);
    expect(await due(id)).toEqual([]);
    expect(await story(pool, id)).toEqual([]);
    await makeDue(pool, id);
    expect(await due(id)).toEqual([{ id, skipped: 2 }]);
    expect(await story(pool, id)).toEqual(['skipped', 'skipped', 2]);
    expect(await due(id)).toEqual([]);
  });

  it('is kept by the ledger, not by a process: another one finds it due', async () => {
    const id = await session({ skipAfterMs: 300, isStrict: false });
    const first = openLedger(inject('databaseUrl'));
    await first.openJob(opening({ session: { id, index: 0 } }));
    const open = opening({ session: { id, index: 1 } });
    await first.openJob(open);
    await first.closeJob(closing(open));
    const { skipAt } = (await first.findSession(id)) ?? {};
    await first.close();
    const second = openLedger(inject('databaseUrl'));
    try {
      await eventually(async () => {
        await second.releaseDue(1_000);
        return (await second.findSession(id))?.cursor === 1;
      });
      const [, item] = await second.readReleased(id, -1, 10);
      expect(item).toMatchObject({ index: 1, job: open.spec.id });
      const { rows } = await pool.query<{ released_at: Date }>(
        'select released_at from holdfast.session_slots where session_id = $1 and index = 1',
        [id],
      );
      expect(rows[0]?.released_at.getTime()).toBeGreaterThanOrEqual(skipAt?.getTime() ?? Infinity);
    } finally {
      await second.close();
    }
  });

  it('is kept by a job that closes after it, too', async () => {
    const id = await session(SKIP);
    const next = await openAt(pool, id, 0);
    await fillAt(pool, id, 1);
    await makeDue(pool, id);
    await closeJob(pool, closing(next, { state: 'succeeded', result: 'in time' }));
    expect(await story(pool, id)).toEqual(['in time', 1]);
  });

  it('is dropped when the gap is filled in time; the next gap has its own', async () => {
    const id = await session(SKIP);
    for (const index of [1, 3]) await fillAt(pool, id, index);
    await makeDue(pool, id);
    await fillAt(pool, id, 0);
    expect(await due(id)).toEqual([]);
    const { gapSince, skipAt, cursor } = (await findSession(pool, id)) ?? {};
    expect(cursor).toBe(1);
    expect((skipAt?.getTime() ?? 0) - (gapSince?.getTime() ?? 0)).toBe(SKIP.skipAfterMs);
  });

  it('costs nothing where the gap is huge', async () => {
    const id = await session(SKIP);
    const high = 900_000_000;
    await fillAt(pool, id, high);
    await makeDue(pool, id);
    expect(await due(id)).toEqual([{ id, skipped: high }]);
    const items = await readReleased(pool, id, high - 2, 10);
    expect(items).toMatchObject([
      { index: high - 1, state: 'skipped' },
      { index: high, state: 'succeeded' },
    ]);
    const { rowCount } = await pool.query(
      'select 1 from holdfast.session_slots where session_id = $1',
      [id],
    );
    expect(rowCount).toBe(1);
  });

  it('that is further away than any calendar stands for never', async () => {
    const id = await session({ skipAfterMs: Number.MAX_SAFE_INTEGER });
    await fillAt(pool, id, 1);
    await fillAt(pool, id, 2);
    expect(await due(id)).toEqual([]);
    expect(await cursorOf(pool, id)).toBe(-1);
  });

  it('refuses a job of an index that was passed over', async () => {
    const id = await session(SKIP);
    await fillAt(pool, id, 1);
    await makeDue(pool, id);
    await due(id);
    const message = `index 0 of session ${id} was passed over`;
    expect(await openJob(pool, opening({ session: { id, index: 0 } }))).toEqual({
      kind: 'closed',
      outcome: { state: 'failed', error: { code: 'session_slot_taken', message } },
    });
  });
});

describe('a strict session', () => {
  it('gives the turn to one job after the other, in order', async () => {
    const id = await session({ isStrict: true });
    const opens = [2, 0, 1].map((index) => opening({ session: { id, index } }));
    const [two, zero, one] = opens as [(typeof opens)[0], (typeof opens)[0], (typeof opens)[0]];
    expect(await openJob(pool, two)).toEqual({ kind: 'opened', awaitsTurn: true });
    expect(await openJob(pool, zero)).toEqual({ kind: 'opened' });
    expect(await openJob(pool, one)).toEqual({ kind: 'opened', awaitsTurn: true });
    expect(await openJob(pool, one)).toEqual({ kind: 'opened', awaitsTurn: true });
    expect(await isTurn(pool, { id, index: 1 })).toBe(false);
    const turn = ({ spec, workflowId }: typeof one) => ({
      turn: { jobId: spec.id, generation: 1, workflowId },
    });
    expect(await closeJob(pool, closing(zero, FAILURE))).toMatchObject(turn(one));
    expect(await isTurn(pool, { id, index: 1 })).toBe(true);
    expect(await isTurn(pool, { id, index: 2 })).toBe(false);
    expect(await openJob(pool, one)).toEqual({ kind: 'opened' });
    expect(await closeJob(pool, closing(one))).toMatchObject(turn(two));
    expect(await closeJob(pool, closing(two))).toEqual({ closed: { kind: 'own' } });
    expect(await cursorOf(pool, id)).toBe(2);
  });

  it('passes over an index that no job holds when its time is over, and tells whose turn it is', async () => {
    const id = await session({ isStrict: true, skipAfterMs: 3_600_000 });
    const open = await openAt(pool, id, 2);
    await makeDue(pool, id);
    const turn = { jobId: open.spec.id, generation: 1, workflowId: open.workflowId };
    expect(await due(id)).toEqual([{ id, skipped: 2, turn }]);
    expect(await isTurn(pool, { id, index: 2 })).toBe(true);
  });

  it('never passes over a job that is open', async () => {
    const id = await session({ isStrict: true, skipAfterMs: 3_600_000 });
    await openAt(pool, id, 1);
    expect((await findSession(pool, id))?.skipAt).toBeDefined();
    await openAt(pool, id, 0);
    expect((await findSession(pool, id))?.skipAt).toBeUndefined();
    await makeDue(pool, id);
    expect(await due(id)).toEqual([]);
  });

  it('that nobody knows holds nobody up', async () => {
    expect(await isTurn(pool, { id: unique('session'), index: 5 })).toBe(true);
  });
});
