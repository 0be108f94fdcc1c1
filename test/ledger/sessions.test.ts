import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OpenJob } from '../../src/domain/activities.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { closeSession } from '../../src/ledger/close-session.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { findSession, listSessions, sessionHeads } from '../../src/ledger/find-sessions.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { countSlots, findSlot, yieldSlot } from '../../src/ledger/session-slots.ts';
import { CANCELLED, FAILURE, fillAt, openAt, story } from './played-session.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const WAIT = { skipAfterMs: undefined, isStrict: false };

const holderOf = ({ spec: { id: job, generation } }: OpenJob) => ({ job, generation });

describe('createSession', () => {
  it('keeps the rules of a session', async () => {
    const id = unique('session');
    const session = {
      id,
      skipAfterMs: 5_000,
      isStrict: true,
      cursor: -1,
      count: undefined,
      createdAt: expect.any(Date) as Date,
      gapSince: undefined,
      skipAt: undefined,
      endedAt: undefined,
    };
    expect(await createSession(pool, id, { skipAfterMs: 5_000, isStrict: true })).toEqual(session);
    expect(await findSession(pool, id)).toEqual(session);
  });

  it('answers the one that is there, whatever its rules', async () => {
    const id = unique('session');
    const sessions = await Promise.all(
      [1, 2, 3, 4].map((skipAfterMs) => createSession(pool, id, { ...WAIT, skipAfterMs })),
    );
    expect(new Set(sessions.map(({ skipAfterMs }) => skipAfterMs)).size).toBe(1);
  });

  it('is done by the first job of a session, with the rules of one that waits', async () => {
    const id = unique('session');
    await openAt(pool, id, 3);
    expect(await findSession(pool, id)).toMatchObject({ ...WAIT, cursor: -1, gapSince: undefined });
  });

  it('is not done by a job that is on record already', async () => {
    const open = opening();
    await openJob(pool, open);
    const id = unique('session');
    const again = { ...open, spec: { ...open.spec, session: { id, index: 0 } } };
    expect(await openJob(pool, again)).toEqual({ kind: 'opened' });
    expect(await findSession(pool, id)).toBeUndefined();
  });
});

describe('listSessions', () => {
  it('lists the newest first, in pages, by state', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const id = unique('session');
      await createSession(pool, id, WAIT);
      if (n % 2 === 0) await closeSession(pool, id, 0);
      ids.unshift(id);
    }
    const read = async (state?: 'open' | 'ended'): Promise<string[]> => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const filter = { limit: 2, ...(state && { state }), ...(cursor && { cursor }) };
        const page = await listSessions(pool, filter);
        expect(page.sessions.length).toBeLessThanOrEqual(2);
        found.push(...page.sessions.map(({ id }) => id).filter((id) => ids.includes(id)));
        ({ cursor } = page);
      } while (cursor !== undefined);
      return found;
    };
    expect(await read()).toEqual(ids);
    expect(await read('ended')).toEqual(ids.filter((_, i) => i % 2 === 0));
    expect(await read('open')).toEqual(ids.filter((_, i) => i % 2 === 1));
  });
});

describe('sessionHeads', () => {
  it('tells how far those sessions have come that there are', async () => {
    const [one, two] = [unique('session'), unique('session')];
    await fillAt(pool, one, 0);
    await createSession(pool, two, WAIT);
    await closeSession(pool, two, 3);
    const heads = await sessionHeads(pool, [one, two, unique('session')]);
    expect(new Set(heads)).toEqual(
      new Set([
        { id: one, cursor: 0, count: undefined },
        { id: two, cursor: -1, count: 3 },
      ]),
    );
  });
});

describe('slots', () => {
  it('are counted as taken, filled and released', async () => {
    const id = unique('session');
    for (const index of [0, 1, 3]) await fillAt(pool, id, index);
    await openAt(pool, id, 2);
    expect(await countSlots(pool, id)).toEqual({ taken: 4, filled: 3, released: 2 });
    expect(await countSlots(pool, unique('session'))).toEqual({ taken: 0, filled: 0, released: 0 });
  });

  it('tell who holds them, and whether they can be taken over', async () => {
    const id = unique('session');
    const [zero, one] = [await fillAt(pool, id, 0), await openAt(pool, id, 1)];
    const two = await fillAt(pool, id, 2, FAILURE);
    const holderOf = (index: number) => findSlot(pool, { id, index });
    expect(await holderOf(0)).toEqual({
      job: zero.spec.id,
      generation: 1,
      state: 'succeeded',
      isReleased: true,
      canReplace: false,
    });
    expect(await holderOf(1)).toMatchObject({ job: one.spec.id, state: 'open', canReplace: false });
    expect(await holderOf(2)).toMatchObject({
      job: two.spec.id,
      state: 'failed',
      canReplace: true,
    });
    expect(await holderOf(3)).toBeUndefined();
  });
});

describe('a job that takes over a slot', () => {
  it('has it instead of a closed job, as long as that is not released', async () => {
    const id = unique('session');
    const old = await fillAt(pool, id, 1, { state: 'succeeded', result: 'old' });
    const heir = opening({ session: { id, index: 1, replaces: old.spec.id } });
    expect(await openJob(pool, heir)).toEqual({ kind: 'opened' });
    // Nothing waits behind index 0 any more.
    expect((await findSession(pool, id))?.gapSince).toBeUndefined();
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0]);
    await closeJob(pool, closing(heir, { state: 'succeeded', result: 'new' }));
    expect(await story(pool, id)).toEqual([0, 'new']);
  });

  it('has it instead of an earlier generation of its own, without saying so', async () => {
    const id = unique('session');
    const session = { id, index: 1 };
    const old = await fillAt(pool, id, 1, { state: 'succeeded', result: 'old' });
    const next = opening({ session }, { id: old.spec.id, generation: 2 });
    expect(await openJob(pool, next)).toEqual({ kind: 'opened' });
    await closeJob(pool, closing(next, { state: 'succeeded', result: 'new' }));
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0, 'new']);
    const third = opening({ session }, { id: old.spec.id, generation: 3 });
    const message = `index 1 of session ${id} belongs to job ${old.spec.id}, which was released`;
    expect(await openJob(pool, third)).toMatchObject({
      kind: 'closed',
      outcome: { error: { message } },
    });
  });

  it.each([
    ['was released', 0, true, 'which was released'],
    ['is open', 1, false, 'which is open'],
  ])('is refused when the slot of the other %s', async (_, index, isFilled, why) => {
    const id = unique('session');
    const holder = await (isFilled ? fillAt : openAt)(pool, id, index);
    const heir = opening({ session: { id, index, replaces: holder.spec.id } });
    const message = `index ${index} of session ${id} belongs to job ${holder.spec.id}, ${why}`;
    expect(await openJob(pool, heir)).toEqual({
      kind: 'closed',
      outcome: { state: 'failed', error: { code: 'session_slot_taken', message } },
    });
  });

  it('is refused when another job than it names holds the slot', async () => {
    const id = unique('session');
    const holder = await fillAt(pool, id, 1);
    const heir = opening({ session: { id, index: 1, replaces: 'another' } });
    expect(await openJob(pool, heir)).toMatchObject({ kind: 'closed' });
    expect(await findSlot(pool, { id, index: 1 })).toMatchObject({ job: holder.spec.id });
  });

  it('takes a slot that nobody holds', async () => {
    const id = unique('session');
    const open = opening({ session: { id, index: 0, replaces: 'nobody' } });
    expect(await openJob(pool, open)).toEqual({ kind: 'opened' });
  });

  it('finds the slot free of an open job that was cancelled in its favour', async () => {
    const id = unique('session');
    const holder = await openAt(pool, id, 0);
    await yieldSlot(pool, { id, index: 0 }, holderOf(holder));
    await closeJob(pool, closing(holder, CANCELLED));
    expect(await story(pool, id)).toEqual([]);
    const heir = opening({ session: { id, index: 0, replaces: holder.spec.id } });
    expect(await openJob(pool, heir)).toEqual({ kind: 'opened' });
    await closeJob(pool, closing(heir, CANCELLED));
    expect(await readReleased(pool, id, -1, 10)).toMatchObject([{ job: heir.spec.id }]);
  });

  it('stays with the next generation of its job, whoever still sees the one before', async () => {
    const id = unique('session');
    const slot = { id, index: 0 };
    const lost = await openAt(pool, id, 0);
    await yieldSlot(pool, slot, holderOf(lost));
    await closeJob(pool, closing(lost, CANCELLED));
    const next = opening({ session: slot }, { id: lost.spec.id, generation: 2 });
    await openJob(pool, next);
    await yieldSlot(pool, slot, holderOf(lost));
    await closeJob(pool, closing(next, CANCELLED));
    expect(await readReleased(pool, id, -1, 10)).toMatchObject([{ job: lost.spec.id }]);
  });

  it('finds it released when the open job had a result all the same', async () => {
    const id = unique('session');
    const holder = await openAt(pool, id, 0);
    await yieldSlot(pool, { id, index: 0 }, holderOf(holder));
    await closeJob(pool, closing(holder, { state: 'succeeded', result: 'first' }));
    expect(await story(pool, id)).toEqual(['first']);
  });

  it('leaves a gap until it comes, where gaps are passed over', async () => {
    const id = unique('session');
    await createSession(pool, id, { skipAfterMs: 60_000, isStrict: true });
    const holder = await openAt(pool, id, 0);
    await openAt(pool, id, 1);
    expect((await findSession(pool, id))?.gapSince).toBeUndefined();
    await yieldSlot(pool, { id, index: 0 }, holderOf(holder));
    await closeJob(pool, closing(holder, CANCELLED));
    expect((await findSession(pool, id))?.gapSince).toBeInstanceOf(Date);
  });

  it('is one of many that ask at once', async () => {
    const id = unique('session');
    const old = await fillAt(pool, id, 1, FAILURE);
    const heirs = Array.from({ length: 5 }, () =>
      opening({ session: { id, index: 1, replaces: old.spec.id } }),
    );
    const openings = await Promise.all(heirs.map((heir) => openJob(pool, heir)));
    expect(openings.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
  });
});
