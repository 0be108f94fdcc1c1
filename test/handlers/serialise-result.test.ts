import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAYLOAD_LIMIT_BYTES } from '../../src/domain/json.ts';
import { serialiseResult } from '../../src/handlers/serialise-result.ts';

/** How many bytes a text takes as JSON, with its quotes. */
const QUOTES = 2;

describe('serialiseResult', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing as null', undefined, null],
    ['null as null', null, null],
    ['plain data as it is', { a: [1, 'x', true, null] }, { a: [1, 'x', true, null] }],
    ['a date as a text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['what has no JSON inside an object as left out', { a: undefined, b: () => 1, c: 2 }, { c: 2 }],
    [
      'what has no JSON inside an array as null',
      [undefined, () => 1, Symbol('s')],
      [null, null, null],
    ],
    ['what is no number as null', [NaN, Infinity, -0], [null, null, 0]],
    ['an object by its toJSON', { toJSON: () => ({ text: 'mine' }) }, { text: 'mine' }],
    ['a NUL and half a surrogate pair unharmed', ['a\0b', '\ud800'], ['a\0b', '\ud800']],
    ['a map as an empty object, as JSON does', new Map([[1, 2]]), {}],
  ])('gives back %s', (_, value, json) => {
    expect(serialiseResult('greet', value)).toEqual(json);
  });

  it('gives back a copy, which later changes do not reach', () => {
    const value = { list: [1] };
    const result = serialiseResult('greet', value);
    value.list.push(2);
    expect(result).toEqual({ list: [1] });
  });

  it('is the same as a way through JSON for everything that JSON can carry', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(serialiseResult('greet', value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = { cycle };

  it.each<[string, unknown, RegExp]>([
    ['a BigInt', { n: 5n }, /^the result of greet: .*BigInt/],
    ['a cycle', cycle, /^the result of greet: .*circular/],
    ['a function', () => 1, /^the result of greet is a function, which JSON cannot carry$/],
    ['a symbol', Symbol('s'), /^the result of greet is a symbol, which JSON cannot carry$/],
    [
      'an object whose toJSON throws',
      {
        toJSON: () => {
          throw new Error('not now');
        },
      },
      /^the result of greet: not now$/,
    ],
    [
      'an object whose toJSON throws no error',
      {
        toJSON: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers may do so
          throw 'a text';
        },
      },
      /^the result of greet: a text$/,
    ],
    [
      'an object whose toJSON gives nothing',
      { toJSON: () => undefined },
      /^the result of greet is an? /,
    ],
  ])('refuses %s in one line that names the kind', (_, value, message) => {
    expect(() => serialiseResult('greet', value)).toThrow(
      expect.objectContaining({
        code: 'result_not_serialisable',
        message: expect.stringMatching(message) as string,
        hint: 'return plain objects, arrays, texts, numbers and booleans',
      }),
    );
  });

  // A deeper one breaks what carries it on: the message to the main thread (from about 3,000
  // levels), JSON.stringify there (4,000), and PGlite, which hangs (7,000).
  it('refuses a nesting that the way to the ledger does not bear', () => {
    const nest = (levels: number) =>
      JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;
    expect(() => serialiseResult('greet', nest(1_000))).not.toThrow();
    for (const levels of [1_001, 100_000]) {
      expect(() => serialiseResult('greet', nest(levels))).toThrow(
        expect.objectContaining({
          code: 'result_not_serialisable',
          message: 'the result of greet is nested more than 1000 levels',
        }),
      );
    }
  });

  it.each([
    ['letters of one byte', 'x', 1],
    ['letters of two bytes', 'é', 2],
    ['letters of three bytes', '語', 3],
    ['letters of four bytes', '😀', 4],
    ['letters that JSON escapes', '\n', 2],
    ['halves of surrogate pairs, which JSON escapes', '\ud800', 6],
  ])('takes exactly the limit in %s, and not one byte more', (_, letter, bytes) => {
    const room = PAYLOAD_LIMIT_BYTES - QUOTES;
    const full = letter.repeat(Math.floor(room / bytes)) + 'x'.repeat(room % bytes);
    expect(serialiseResult('greet', full)).toBe(full);
    expect(() => serialiseResult('greet', `${full}x`)).toThrow(
      expect.objectContaining({
        code: 'result_too_large',
        message: 'the result of greet is 2000001 bytes of JSON; the limit is 2000000',
        hint: 'store the data elsewhere and return where it is',
        details: { bytes: 2_000_001, limitBytes: 2_000_000 },
      }),
    );
  });
});
