import { expect, test } from 'vitest';
import { formatFields, formatTable, shorten } from '../../../dist/cli/format/table.js';

test('columns are aligned, and no line ends in spaces', () => {
  expect(
    formatTable(
      ['ID', 'STATE'],
      [
        ['a-long-id', 'open'],
        ['b', ''],
      ],
    ),
  ).toEqual(['ID         STATE', 'a-long-id  open', 'b']);
});

test('a cell with line breaks stays in its row', () => {
  expect(formatTable(['REASON'], [['two\nlines']])).toEqual(['REASON', 'two lines']);
});

test('fields without a value are left out', () => {
  expect(formatFields({ job: 'a', session: undefined, progress: '1' })).toEqual([
    'job       a',
    'progress  1',
  ]);
});

test('a text is cut at its limit, between characters', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('👍👍👍', 2)).toBe('👍…');
});
