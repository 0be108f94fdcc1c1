import { expect, test } from 'vitest';
import { SlotGate } from '../../../src/workers/node/slot-gate.ts';

const NEVER = new AbortController().signal;

function gateOf(slots: number, waitMs = { light: 60_000, heavy: 60_000 }) {
  const used: number[] = [];
  return { used, gate: new SlotGate(slots, { slotsUsed: (count) => used.push(count) }, waitMs) };
}

/** Enters with these slots, and writes down when it is in, or turned away. */
function entering(gate: SlotGate) {
  const order: string[] = [];
  const leave: Record<string, () => void> = {};
  const enter = async (name: string, slots: number, stop = NEVER) => {
    const out = await gate.enter(stop, slots);
    order.push(out === undefined ? `not ${name}` : name);
    if (out !== undefined) leave[name] = out;
  };
  return { order, leave, enter };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a gate lets in as many as it has slots, and tells how many', async () => {
  const { gate, used } = gateOf(2);
  const leave = await gate.enter(NEVER);
  await gate.enter(NEVER);
  leave!();
  await gate.enter(NEVER);
  expect(used).toEqual([1, 2, 1, 2]);
});

test('a slot passes to who has waited longest, before any later arrival', async () => {
  const { gate } = gateOf(1);
  const order: string[] = [];
  const leave = await gate.enter(NEVER);
  const enter = async (name: string) => {
    const next = await gate.enter(NEVER);
    order.push(name);
    next!();
  };
  const first = enter('first');
  const second = enter('second');
  leave!();
  await Promise.all([first, second, enter('third')]);
  expect(order).toEqual(['first', 'second', 'third']);
  expect(gate.used).toBe(0);
});

test('who finds no slot in time is turned away', async () => {
  const { gate } = gateOf(1, { light: 20, heavy: 60_000 });
  await gate.enter(NEVER);
  expect(await gate.enter(NEVER)).toBeUndefined();
  expect(gate.used).toBe(1);
});

test('a heavy attempt takes as many slots as it needs, beside lighter ones', async () => {
  const { gate, used } = gateOf(4);
  const { order, leave, enter } = entering(gate);
  await enter('heavy', 3);
  await enter('light', 1);
  void enter('next', 1);
  await settled();
  expect(order).toEqual(['heavy', 'light']);
  leave['heavy']!();
  await settled();
  expect(order).toEqual(['heavy', 'light', 'next']);
  expect(used).toEqual([3, 4, 1, 2]);
  expect(gate.used).toBe(2);
});

test('a heavy attempt that waits lets no later one in before it, also where that would fit', async () => {
  const { gate } = gateOf(4);
  const { order, leave, enter } = entering(gate);
  await enter('a', 1);
  await enter('b', 1);
  void enter('heavy', 3);
  void enter('late', 1);
  await settled();
  expect(order).toEqual(['a', 'b']);
  leave['a']!();
  await settled();
  expect(order).toEqual(['a', 'b', 'heavy']);
  leave['b']!();
  await settled();
  expect(order).toEqual(['a', 'b', 'heavy', 'late']);
});

test('slots that become free let in all who fit, in their order', async () => {
  const { gate } = gateOf(4);
  const { order, leave, enter } = entering(gate);
  await enter('all', 4);
  for (const [name, slots] of [
    ['one', 1],
    ['two', 2],
    ['three', 3],
    ['four', 1],
  ] as const) {
    void enter(name, slots);
  }
  leave['all']!();
  await settled();
  expect(order).toEqual(['all', 'one', 'two']);
});

test.each(['its time is over', 'it is stopped'])(
  'a heavy attempt that gives up because %s makes room for the lighter ones behind it',
  async (why) => {
    const isStopped = why === 'it is stopped';
    const { gate } = gateOf(2, { light: 60_000, heavy: isStopped ? 60_000 : 20 });
    const { order, enter } = entering(gate);
    const stopping = new AbortController();
    await enter('a', 1);
    const heavy = enter('heavy', 2, stopping.signal);
    const light = enter('light', 1);
    if (isStopped) stopping.abort();
    await Promise.all([heavy, light]);
    expect(order.sort()).toEqual(['a', 'light', 'not heavy']);
    expect([gate.used, gate.extra]).toEqual([2, 0]);
  },
);

test('who needs more slots than there are is turned away at once, and holds up nobody', async () => {
  const { gate } = gateOf(2);
  expect(await gate.enter(NEVER, 3)).toBeUndefined();
  expect(await gate.enter(NEVER, 2)).toBeDefined();
  expect(gate.extra).toBe(1);
});

test('a gate that closes lets nobody in who waits behind a heavy attempt', async () => {
  const { gate } = gateOf(2);
  const { order, leave, enter } = entering(gate);
  await enter('a', 1);
  void enter('heavy', 2);
  void enter('light', 1);
  gate.setClosed('it is cordoned');
  leave['a']!();
  await settled();
  expect(order).toEqual(['a', 'not heavy', 'not light']);
  expect([gate.used, gate.extra]).toEqual([0, 0]);
});

test('who is stopped waits no longer', async () => {
  const { gate } = gateOf(1);
  await gate.enter(NEVER);
  const stopping = new AbortController();
  const entering = gate.enter(stopping.signal);
  stopping.abort();
  expect(await entering).toBeUndefined();
  expect(await gate.enter(stopping.signal)).toBeUndefined();
});

test('a closed gate turns away those who wait, and opens again', async () => {
  const { gate } = gateOf(1);
  const leave = await gate.enter(NEVER);
  const entering = gate.enter(NEVER);
  gate.setClosed('it is cordoned');
  expect(await entering).toBeUndefined();
  leave!();
  expect(await gate.enter(NEVER)).toBeUndefined();
  gate.setClosed(undefined);
  expect(await gate.enter(NEVER)).toBeDefined();
});

test('a stopped gate stays closed, and says the first reason', () => {
  const { gate } = gateOf(1);
  gate.stop('it is stopping');
  gate.stop('something else');
  gate.setClosed(undefined);
  expect(gate.whyClosed()).toBe('it is stopping');
});
