import { invalid } from './errors.ts';

/** 0001-01-01T00:00:00Z, the first moment that an ISO text of four digits can name. */
export const YEAR_ONE_MS = -62_135_596_800_000;

const LAST_MS = 253_402_300_799_999;

const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * The milliseconds since the Unix epoch of an ISO 8601 time with its zone. What is finer than a
 * millisecond is cut off.
 *
 * @throws HoldfastError `invalid_input` for anything else, such as 30 February
 */
export function parseIsoTime(value: unknown, path: string): number {
  const time = typeof value === 'string' ? readIsoTime(value) : NaN;
  if (time >= YEAR_ONE_MS && time <= LAST_MS) return time;
  throw invalid(path, 'a time such as "2026-06-03T12:02:00Z"', value, 'give an ISO 8601 time');
}

/** A time as an ISO text in UTC, without milliseconds when there are none. */
export function formatIsoTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

function readIsoTime(text: string): number {
  const [, day, minute, second = '00', fraction = '', sign, hours, minutes] =
    ISO_TIME.exec(text) ?? [];
  if (day === undefined || minute === undefined) return NaN;
  const wall = `${day}T${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const wallMs = Date.parse(wall);
  // The runtime rolls 30 February over to March.
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString() !== wall) return NaN;
  const [awayHours, awayMinutes] = [Number(hours ?? 0), Number(minutes ?? 0)];
  if (awayHours > 23 || awayMinutes > 59) return NaN;
  return wallMs - (sign === '-' ? -1 : 1) * (awayHours * 60 + awayMinutes) * 60_000;
}
