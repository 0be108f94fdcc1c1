import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/domain/duration.ts';
import { HoldfastError } from '../../src/domain/errors.ts';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['007s', 7_000],
    [0, 0],
    [1_500, 1_500],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('reads %j as %i ms', (value, ms) => {
    expect(parseDuration(value, 'timeout')).toBe(ms);
  });

  it('reads every whole number of every unit', () => {
    const unit = fc.constantFrom(...(Object.keys(UNIT_MS) as (keyof typeof UNIT_MS)[]));
    fc.assert(
      fc.property(fc.nat(100_000_000), unit, (amount, name) => {
        expect(parseDuration(`${amount}${name}`, 'timeout')).toBe(amount * UNIT_MS[name]);
      }),
    );
  });

  it('answers a whole number of milliseconds that is exact, or refuses', () => {
    const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), unit, (amount, name) => {
        const text = `${amount}${name}`;
        const ms = amount * BigInt(UNIT_MS[name]);
        if (ms > BigInt(Number.MAX_SAFE_INTEGER)) {
          expect(() => parseDuration(text, 'timeout')).toThrow(HoldfastError);
        } else if (amount < 10n ** 12n) {
          expect(parseDuration(text, 'timeout')).toBe(Number(ms));
        }
      }),
    );
  });

  it.each([
    ['', '""'],
    ['5', '"5"'],
    ['5 s', '"5 s"'],
    [' 5s', '" 5s"'],
    ['5s\n', String.raw`"5s\n"`],
    ['5S', '"5S"'],
    ['-5s', '"-5s"'],
    ['1.5s', '"1.5s"'],
    ['1e3s', '"1e3s"'],
    ['s', '"s"'],
    ['1w', '"1w"'],
    ['1h30m', '"1h30m"'],
    ['٥s', '"٥s"'],
    ['1constructor', '"1constructor"'],
    [-1, '-1'],
    [1.5, '1.5'],
    [2 ** 53, '9007199254740992'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [undefined, 'nothing'],
    [null, 'null'],
    [5n, 'a bigint'],
    [['5s'], '["5s"]'],
    [{}, '{}'],
  ])('refuses %o, naming the field, what it expected and what it got', (value, got) => {
    expect(() => parseDuration(value, 'submit.timeout')).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: `submit.timeout: expected a duration such as "500ms", "60s", "5m", "1h" or "7d", got ${got}`,
        hint: 'write a whole number followed by ms, s, m, h or d',
        details: { path: 'submit.timeout' },
      }),
    );
  });

  it('refuses every text that is not a whole number with a unit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/^[0-9]{1,12}(ms|s|m|h|d)$/.test(text) || text.includes('\n'));
        expect(() => parseDuration(text, 'timeout')).toThrow(HoldfastError);
      }),
    );
  });
});
