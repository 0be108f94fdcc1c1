import { expect, test } from 'vitest';
import { SlotGate } from '../../../src/workers/node/slot-gate.ts';

const NEVER = new AbortController().signal;

function gateOf(slots: number, waitMs = 60_000) {
  const used: number[] = [];
  return { used, gate: new SlotGate(slots, { slotsUsed: (count) => used.push(count) }, waitMs) };
}

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
  const { gate } = gateOf(1, 20);
  await gate.enter(NEVER);
  expect(await gate.enter(NEVER)).toBeUndefined();
  expect(gate.used).toBe(1);
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
