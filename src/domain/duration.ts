import { invalid } from './errors.ts';

/** A length of time: a whole number with a unit (`'500ms'`, `'60s'`, `'5m'`, `'1h'`, `'7d'`) or milliseconds. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * The milliseconds of a {@link Duration}. A day is 24 hours.
 *
 * @param path names the field in the error
 * @throws HoldfastError `invalid_input` for anything else, and for a negative or fractional number
 */
export function parseDuration(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const match = typeof value === 'string' ? /^(\d{1,12})(ms|s|m|h|d)$/.exec(value) : null;
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? NaN);
  if (Number.isSafeInteger(ms)) return ms;
  throw invalid(
    path,
    'a duration such as "500ms", "60s", "5m", "1h" or "7d"',
    value,
    'write a whole number followed by ms, s, m, h or d',
  );
}

/**
 * The milliseconds of a length of time in whole seconds, minutes, hours or days (`'30s'`, `'5m'`, `'1h'`, `'7d'`):
 * times of a schedule have no milliseconds.
 *
 * @param path names the field in the error
 * @throws HoldfastError `invalid_input` for anything else
 */
export function parseSeconds(value: unknown, path: string): number {
  if (typeof value === 'string' && /^\d{1,12}[smhd]$/.test(value))
    return parseDuration(value, path);
  throw invalid(path, 'a duration such as "30s", "5m", "1h" or "7d"', value);
}

/** Milliseconds as a {@link Duration} in the largest unit that leaves a whole number: `'7d'`. */
export function formatDuration(ms: number): string {
  const units = Object.entries(UNIT_MS).reverse();
  const [name, length] = units.find(([, unitMs]) => ms % unitMs === 0 && ms !== 0) ?? ['s', 1000];
  return `${ms / length}${name}`;
}
