import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault } from '../../dist/cli/json-fault.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const CASES: [text: string, position: number, expected: string][] = [
  ['', 0, 'a value'],
  ['hello', 0, 'a value'],
  ['{name:"Ada"}', 1, 'a name in double quotes or }'],
  ["{'name':1}", 1, 'a name in double quotes or }'],
  ['{"a":1,}', 7, 'a name in double quotes'],
  ['{"a" 1}', 5, 'a colon'],
  ['{"a":}', 5, 'a value'],
  ['{"a":1 "b":2}', 7, 'a comma or }'],
  ['[1 2]', 3, 'a comma or ]'],
  ['[1,]', 3, 'a value'],
  ['[', 1, 'a value or ]'],
  ['{"a":[1,2}', 9, 'a comma or ]'],
  ['1 2', 2, 'nothing more'],
  ['nul', 0, 'a value'],
  ['01', 1, 'nothing more'],
  ['"abc', 4, 'a closing double quote'],
  ['"a\\x"', 2, 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits'],
  ['"a\nb"', 2, 'an escape such as \\n in place of a control character'],
];

test.each(CASES)(
  '%j stops being JSON at character %i, where it expects %s',
  (text, position, expected) => {
    expect(findJsonFault(text)).toEqual({ position, expected });
  },
);

test('it finds no fault in JSON', () => {
  fc.assert(fc.property(fc.json(), (text) => findJsonFault(text) === undefined));
});

test('it finds a fault exactly where the runtime does', () => {
  const bits = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '"a"',
    '\\',
    '1',
    '-',
    '.5',
    'e3',
    'null',
    'tru',
    ' ',
    '\n',
    '\u0000',
    '\\u12',
  );
  const texts = fc.array(bits, { maxLength: 8 }).map((each) => each.join(''));
  const cut = fc
    .tuple(fc.json(), fc.nat())
    .map(([text, at]) => text.slice(0, at % (text.length + 1)));
  fc.assert(
    fc.property(
      fc.oneof(texts, cut),
      (text) => (findJsonFault(text) === undefined) === isJson(text),
    ),
    { numRuns: 2000 },
  );
});

test('deep and long texts are no trouble', () => {
  expect(findJsonFault('['.repeat(100_000))).toEqual({
    position: 100_000,
    expected: 'a value or ]',
  });
  expect(findJsonFault(`"${'x\\n'.repeat(1_000_000)}`)?.expected).toBe('a closing double quote');
});
