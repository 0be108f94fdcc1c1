import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { formatCursor, parseCursor } from '../../src/ledger/page-cursor.ts';

const ledger = openLedger(inject('databaseUrl'));
beforeAll(() => ledger.migrate());
afterAll(() => ledger.close());

const at = 1_795_273_323_123_456;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('parseCursor', () => {
  it('reads back what formatCursor wrote', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(id, fc.integer({ min: 1, max: 999_999 }), (job, generation) => {
        expect(parseCursor(formatCursor([at, job, generation]))).toEqual([at, job, generation]);
      }),
    );
  });

  it('reads no cursor as none', () => {
    expect(parseCursor(undefined)).toEqual([null, null, null]);
  });

  it.each([
    ['an empty text', ''],
    ['no base64', '!!!'],
    ['no JSON', Buffer.from('x').toString('base64url')],
    ['no list', encode({ at })],
    ['null', encode(null)],
    ['no time', encode(['x', 'a', 1])],
    ['no id', encode([at, 5, 1])],
    ['no generation', encode([at, 'a'])],
    ['half a generation', encode([at, 'a', 1.5])],
    ['a generation that no integer column holds', encode([at, 'a', 2 ** 40])],
    ['a time as a text', encode(['2026-11-21', 'a', 1])],
    ['a time that no number holds exactly', encode([2 ** 60, 'a', 1])],
    ['half a microsecond', encode([0.5, 'a', 1])],
    ['an empty id', encode([at, '', 1])],
    ['an id with a NUL', encode([at, 'a\0', 1])],
  ])(
    'lets a list be refused as invalid input, not as a broken ledger, for %s',
    async (_, cursor) => {
      await expect(ledger.listJobs({ limit: 1, cursor })).rejects.toMatchObject({
        code: 'invalid_input',
        message: `cursor: expected the cursor that the page before gave, got ${JSON.stringify(cursor)}`,
      });
    },
  );
});
