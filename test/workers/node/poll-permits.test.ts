import type { ActivitySlotInfo, CustomSlotSupplier } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { PollPermits } from '../../../src/workers/node/poll-permits.ts';
import { SlotGate } from '../../../src/workers/node/slot-gate.ts';

type Supplier = CustomSlotSupplier<ActivitySlotInfo>;

const slotInfo: ActivitySlotInfo = { type: 'activity', activityType: 'runJob' };
const permit = {};

function workers(slots: number) {
  const gate = new SlotGate(slots, { slotsUsed: () => undefined });
  const permits = new PollPermits(gate);
  const made = [permits.tuner(), permits.tuner()].map((tuner) => {
    const supplier = (tuner as { activityTaskSlotSupplier: Supplier }).activityTaskSlotSupplier;
    let granted = 0;
    return {
      supplier,
      granted: () => granted,
      reserve: (signal = new AbortController().signal) => {
        const reserved = supplier.reserveSlot({} as never, signal);
        reserved.then(
          () => granted++,
          () => undefined,
        );
        return reserved;
      },
    };
  });
  return { gate, a: made[0]!, b: made[1]! };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('each worker has one open poll while a slot is free', async () => {
  const { a, b } = workers(1);
  void a.reserve();
  void a.reserve();
  void b.reserve();
  await settled();
  expect([a.granted(), b.granted()]).toEqual([1, 1]);
});

test('no worker polls while every slot has its task; then all do again', async () => {
  const { a, b } = workers(1);
  void a.reserve();
  await settled();
  a.supplier.markSlotUsed({ slotInfo, permit });
  void a.reserve();
  void b.reserve();
  await settled();
  expect([a.granted(), b.granted()]).toEqual([1, 0]);
  a.supplier.releaseSlot({ slotInfo, permit });
  await settled();
  expect([a.granted(), b.granted()]).toEqual([2, 1]);
});

test('a heavy task counts as many slots as it takes, also while it waits at the gate', async () => {
  const { gate, a, b } = workers(4);
  const tasks = [];
  for (const slots of [2, 2]) {
    void a.reserve();
    await settled();
    a.supplier.markSlotUsed({ slotInfo, permit });
    tasks.push(await gate.enter(new AbortController().signal, slots));
  }
  void a.reserve();
  void b.reserve();
  await settled();
  expect([a.granted(), b.granted()]).toEqual([2, 0]);
  tasks[0]!();
  a.supplier.releaseSlot({ slotInfo, permit });
  await settled();
  expect([a.granted(), b.granted()]).toEqual([3, 1]);
  a.supplier.markSlotUsed({ slotInfo, permit });
  void gate.enter(new AbortController().signal, 3);
  b.supplier.releaseSlot({ permit });
  void b.reserve();
  await settled();
  expect(gate.used).toBe(2);
  expect(b.granted()).toBe(1);
});

test('a poll that ended empty is followed by the next', async () => {
  const { a } = workers(1);
  void a.reserve();
  void a.reserve();
  await settled();
  a.supplier.releaseSlot({ permit });
  await settled();
  expect(a.granted()).toBe(2);
});

test('a closed gate lets nobody poll until it opens', async () => {
  const { gate, a } = workers(1);
  gate.setClosed('it is cordoned');
  void a.reserve();
  await settled();
  expect(a.granted()).toBe(0);
  gate.setClosed(undefined);
  await settled();
  expect(a.granted()).toBe(1);
});

test('who asks no more is told so by the reason of its signal, as the SDK wants it', async () => {
  const { gate, a } = workers(1);
  gate.setClosed('it is stopping');
  const aborting = new AbortController();
  const reserved = a.reserve(aborting.signal);
  aborting.abort(new Error('Request Cancelled'));
  await expect(reserved).rejects.toBe(aborting.signal.reason);
  gate.setClosed(undefined);
  await settled();
  expect(a.granted()).toBe(0);
});
