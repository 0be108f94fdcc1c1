import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/domain/errors.ts';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The cells of each row of the page's table, the two heading rows left out. */
const documented = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const inCode = Object.entries(ERRORS).map(([code, row]) => [
  `\`${code}\``,
  row.meaning,
  row.retryable ? 'yes' : 'no',
  String(row.httpStatus),
  String(row.exitCode),
]);

describe('docs/errors.md', () => {
  it.each(inCode)('documents %s as the code has it', (...row) => {
    expect(documented.filter(([code]) => code === row[0])).toEqual([row]);
  });

  it('documents no code that does not exist', () => {
    const codes = inCode.map(([code]) => code);
    expect(documented.map(([code]) => code).filter((code) => !codes.includes(code))).toEqual([]);
  });
});
