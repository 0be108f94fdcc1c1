import { expect, test } from 'vitest';
import { formatSpan, formatTime, formatTimeAndAge } from '../../../dist/cli/format/time.js';

const noon = new Date(2026, 7, 1, 12, 3, 5);

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [1000, '1.0 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min 0 s'],
  [192_000, '3 min 12 s'],
  [3_600_000, '1 h 0 min'],
  [86_399_999, '23 h 59 min'],
  [187_200_000, '2 d 4 h'],
])('%i ms reads %s', (ms, text) => {
  expect(formatSpan(noon, new Date(noon.getTime() + ms))).toBe(text);
});

test('a time is told in the local zone', () => {
  expect(formatTime(noon)).toBe('2026-08-01 12:03:05');
  expect(formatTime(undefined)).toBe('-');
});

test('a time is told with its distance from now', () => {
  expect(formatTimeAndAge(noon, new Date(noon.getTime() + 12_300))).toBe(
    '2026-08-01 12:03:05 (12.3 s ago)',
  );
  expect(formatTimeAndAge(noon, new Date(noon.getTime() - 90_000))).toBe(
    '2026-08-01 12:03:05 (in 1 min 30 s)',
  );
});

test('a span that two clocks disagree on is not told', () => {
  expect(formatSpan(noon, new Date(noon.getTime() + 5))).toBe('5 ms');
  expect(formatSpan(noon, new Date(noon.getTime() - 5))).toBe('-');
  expect(formatSpan(undefined, noon)).toBe('-');
});
