import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIsoTime, parseIsoTime } from '../../src/domain/iso-time.ts';

describe('parseIsoTime', () => {
  it.each([
    ['2026-06-03T12:02:00Z', '2026-06-03T12:02:00Z'],
    ['2026-06-03T17:17:42+09:00', '2026-06-03T08:17:42Z'],
    ['2026-06-03T00:00:00-04:30', '2026-06-03T04:30:00Z'],
    ['2026-06-03T12:02Z', '2026-06-03T12:02:00Z'],
    ['2026-06-03T12:02:00.5Z', '2026-06-03T12:02:00.500Z'],
    ['2026-06-03T12:02:00.123456789Z', '2026-06-03T12:02:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  ])('reads %s', (text, expected) => {
    expect(formatIsoTime(parseIsoTime(text, 'now'))).toBe(expected);
  });

  it('reads what it writes', () => {
    const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(time, (ms) => {
        expect(parseIsoTime(formatIsoTime(ms), 'now')).toBe(ms);
      }),
    );
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-06-03T24:00:00Z',
    '2026-06-03T12:60:00Z',
    '2026-06-03T12:02:60Z',
    '2026-06-03T12:02:00',
    '2026-06-03 12:02:00Z',
    '2026-06-03',
    '2026-06-03T12:02:00+24:00',
    '0001-01-01T00:00:00+01:00',
    '0000-12-31T23:59:59Z',
    '+012026-06-03T12:02:00Z',
    ' 2026-06-03T12:02:00Z',
    '2026-06-03T12:02:00Z\n',
    1_780_488_120_000,
    null,
  ])('refuses %j', (value) => {
    expect(() => parseIsoTime(value, 'now')).toThrow(
      `now: expected a time such as "2026-06-03T12:02:00Z", got ${JSON.stringify(value)}`,
    );
  });
});
