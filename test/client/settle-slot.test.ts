import { expect, test } from 'vitest';
import type { Connections } from '../../src/client/connections.ts';
import type { Dedupe } from '../../src/client/dedupe.ts';
import { settleSlot } from '../../src/client/settle-slot.ts';
import { HoldfastError } from '../../src/domain/errors.ts';

const slot = { id: 's', index: 3 };
const OPEN = { job: 'held', generation: 1, state: 'open', isReleased: false, canReplace: false };
const FILLED = { ...OPEN, state: 'succeeded', canReplace: true };
const RELEASED = { ...FILLED, isReleased: true, canReplace: false };

/** A ledger with one session, what holds its slot, and jobs that were submitted before. */
function connectionsOf(
  holder?: object,
  { count, cursor = -1, jobs = [] }: { count?: number; cursor?: number; jobs?: string[] } = {},
) {
  const ledger = {
    findSession: (id: string) =>
      Promise.resolve(count === undefined ? undefined : { id, count, cursor }),
    createSession: (id: string) => Promise.resolve({ id, count, cursor }),
    findSlot: () => Promise.resolve(holder),
    findNewest: (id: string) => Promise.resolve(jobs.includes(id) ? { generation: 1 } : undefined),
  };
  return { ledger } as unknown as Connections;
}

function settled(holder?: object, dedupe?: Dedupe, more?: Parameters<typeof connectionsOf>[1]) {
  return settleSlot(connectionsOf(holder, more), { id: 'own', slot, dedupe });
}

test('a free slot, and one that the job itself holds, are no question', async () => {
  const start = { kind: 'start', slot };
  expect(await settled()).toEqual(start);
  expect(await settled({ ...RELEASED, job: 'own' })).toEqual(start);
  expect(await settled(undefined, 'replace', { count: 4 })).toEqual(start);
});

test('a slot that another job holds is refused with its id and state', async () => {
  await expect(settled(OPEN)).rejects.toMatchObject({
    code: 'session_slot_taken',
    message: 'index 3 of session s belongs to job held (open)',
    details: { session: 's', index: 3, holder: 'held', state: 'open', isReleased: false },
  });
});

test('an index that was passed over is refused, unless the id was submitted before', async () => {
  await expect(settled(undefined, undefined, { cursor: 3 })).rejects.toMatchObject({
    code: 'session_slot_taken',
    message: 'index 3 of session s was passed over',
  });
  expect(await settled(undefined, undefined, { cursor: 2 })).toEqual({ kind: 'start', slot });
  const before = { cursor: 3, jobs: ['own'] };
  expect(await settled(undefined, undefined, before)).toEqual({ kind: 'start', slot });
});

test('attach answers with the job that holds it, whatever became of that', async () => {
  const holder = { id: 'held', generation: 1, state: 'open' };
  expect(await settled(OPEN, 'attach')).toEqual({ kind: 'attach', holder });
  const ended = { ...holder, state: 'succeeded' };
  expect(await settled(RELEASED, 'attach')).toEqual({ kind: 'attach', holder: ended });
});

test('replace takes over what is filled, and not what was released or passed over', async () => {
  expect(await settled(FILLED, 'replace')).toEqual({
    kind: 'start',
    slot: { ...slot, replaces: 'held' },
  });
  await expect(settled(RELEASED, 'replace')).rejects.toThrow(
    'index 3 of session s belongs to job held (succeeded), is released or passed over, and cannot be replaced',
  );
  // Its job is not cancelled for nothing.
  await expect(settled({ ...OPEN, isReleased: true }, 'replace')).rejects.toThrow(
    'belongs to job held (open), is released or passed over, and cannot be replaced',
  );
});

test('an index behind the end of the session is refused', async () => {
  for (const dedupe of ['reject', 'attach', 'replace'] as const) {
    await expect(settled(undefined, dedupe, { count: 3 })).rejects.toMatchObject({
      code: 'session_ended',
      message: 'session s was closed, its last index is 2: index 3 is not one of it',
    });
  }
});

test('an id that was submitted before is answered by its own job', async () => {
  const start = { kind: 'start', slot };
  expect(await settled(OPEN, 'reject', { jobs: ['own'] })).toEqual(start);
  expect(await settled(undefined, 'reject', { jobs: ['own'], count: 0 })).toEqual(start);
});

test('a ledger that is away holds up no submit that does not depend on it', async () => {
  const away = () => Promise.reject(new HoldfastError('ledger_unavailable', 'away'));
  const ledger = { findSession: away, findSlot: away };
  const connections = { ledger } as unknown as Connections;
  expect(await settleSlot(connections, { id: 'own', slot })).toEqual({ kind: 'start', slot });
  await expect(
    settleSlot(connections, { id: 'own', slot, dedupe: 'attach' }),
  ).rejects.toMatchObject({ code: 'ledger_unavailable' });
});
