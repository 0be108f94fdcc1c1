import { expect, test } from 'vitest';
import { formatLength } from '../../src/domain/length.ts';

test.each([
  [850, '850 ms'],
  [12_345, '12.3 s'],
  [59_999, '59.9 s'],
  [192_000, '3 min 12 s'],
  [7_380_000, '2 h 3 min'],
  [187_200_000, '2 d 4 h'],
])('%d ms is %s', (ms, text) => {
  expect(formatLength(ms)).toBe(text);
});
