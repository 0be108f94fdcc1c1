import { expect, test } from 'vitest';
import { LeaseClock } from '../../../src/activities/node/lease-clock.ts';

function clockAt(start: number) {
  let now = start;
  const clock = new LeaseClock(5_000, () => now);
  return { clock, to: (ms: number) => void (now = ms) };
}

test('a lease is not fresh before its first acknowledgement', () => {
  const { clock } = clockAt(100);
  expect(clock.isFresh()).toBe(false);
  expect(clock.msLeft()).toBe(0);
  expect(clock.ageMs()).toBeUndefined();
});

test('it is fresh for the time of the lease since the acknowledged beat was sent', () => {
  const { clock, to } = clockAt(100);
  to(400);
  clock.acknowledge(100);
  expect(clock.msLeft()).toBe(4_700);
  to(5_099);
  expect(clock.isFresh()).toBe(true);
  to(5_100);
  expect(clock.isFresh()).toBe(false);
});

test('a late answer to an earlier beat does not make it older', () => {
  const { clock, to } = clockAt(0);
  to(2_000);
  clock.acknowledge(2_000);
  clock.acknowledge(1_000);
  expect(clock.ageMs()).toBe(0);
});

test('an answer that comes after the time of the lease does not make it fresh', () => {
  const { clock, to } = clockAt(0);
  to(60_000);
  clock.acknowledge(0);
  expect(clock.isFresh()).toBe(false);
});

test('one that the server gave up is not fresh until another is held', () => {
  const { clock, to } = clockAt(0);
  clock.acknowledge(0);
  clock.lose();
  expect(clock.isFresh()).toBe(false);
  // What ran under the old one has until its end.
  expect(clock.msLeft()).toBe(5_000);
  to(10);
  clock.acknowledge(10);
  expect(clock.isFresh()).toBe(true);
});
