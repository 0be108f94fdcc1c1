import { expect, test } from 'vitest';
import { createRateLimit } from '../../src/api/rate-limit.ts';

test('a caller may call so often, with two seconds’ worth at once, and others do not wait for it', () => {
  let now = 0;
  const { take } = createRateLimit({ perSecond: 2 }, () => now);
  const waits = (who: string, times: number) => Array.from({ length: times }, () => take(who));
  expect(waits('a', 5)).toEqual([0, 0, 0, 0, 1]);
  expect(take('b')).toBe(0);
  now = 500;
  expect(waits('a', 2)).toEqual([0, 1]);
  now = 60_000;
  expect(waits('a', 5)).toEqual([0, 0, 0, 0, 1]);
});

test('what is given back may be taken again, and never adds up to more', () => {
  const { take, giveBack } = createRateLimit({ perSecond: 1 }, () => 0);
  giveBack('a');
  for (let each = 0; each < 5; each++) {
    expect(take('a')).toBe(0);
    giveBack('a');
  }
  giveBack('a');
  expect([take('a'), take('a'), take('a')]).toEqual([0, 0, 1]);
});

test('0 is no limit', () => {
  const { take } = createRateLimit({ perSecond: 0 });
  expect(Array.from({ length: 1000 }, () => take('a')).every((wait) => wait === 0)).toBe(true);
});
