import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/api/rate-limit.ts';

test('a caller may call so often, with two seconds’ worth at once, and others do not wait for it', () => {
  let now = 0;
  const limit = createRateLimit({ perSecond: 2 }, () => now);
  const waits = (who: string, times: number) => Array.from({ length: times }, () => limit(who));
  expect(waits('a', 5)).toEqual([0, 0, 0, 0, 1]);
  expect(limit('b')).toBe(0);
  now = 500;
  expect(waits('a', 2)).toEqual([0, 1]);
  now = 60_000;
  expect(waits('a', 5)).toEqual([0, 0, 0, 0, 1]);
});

test('0 is no limit', () => {
  const limit = createRateLimit({ perSecond: 0 });
  expect(Array.from({ length: 1000 }, () => limit('a')).every((wait) => wait === 0)).toBe(true);
});
