import { describe, expect, it } from 'vitest';
import { findTimeZone } from '../../src/cron/time-zone.ts';

function changes(zone: string, from: string, to: string): string[] {
  const found = [...findTimeZone(zone, 'timezone').segments(Date.parse(from), Date.parse(to))];
  return found
    .slice(1)
    .map((each) => `${new Date(each.from).toISOString()} ${each.offsetMs / 60_000}`);
}

describe('findTimeZone', () => {
  it.each([
    [
      'America/New_York',
      '2026-01-01Z',
      '2027-01-01Z',
      ['2026-03-08T07:00:00.000Z -240', '2026-11-01T06:00:00.000Z -300'],
    ],
    [
      'Australia/Lord_Howe',
      '2026-01-01Z',
      '2027-01-01Z',
      ['2026-04-04T15:00:00.000Z 630', '2026-10-03T15:30:00.000Z 660'],
    ],
    ['Pacific/Apia', '2011-12-01Z', '2012-01-01Z', ['2011-12-30T10:00:00.000Z 840']],
    ['Asia/Tehran', '2023-01-01Z', '2030-01-01Z', []],
    ['UTC', '0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z', []],
    ['us/EASTERN', '2026-01-01Z', '2026-04-01Z', ['2026-03-08T07:00:00.000Z -240']],
  ])('knows when the clocks of %s change after %s', (zone, from, to, expected) => {
    expect(changes(zone, from, to)).toEqual(expected);
  });

  it('knows the changes of a far year as the runtime does', () => {
    const [spring = '', autumn = ''] = changes('America/New_York', '9998-01-01Z', '9999-01-01Z');
    const clock = new Intl.DateTimeFormat('en-US', {
      timeZone: 'America/New_York',
      timeStyle: 'short',
    });
    const around = (change: string): string[] =>
      [-1, 0].map((ms) => clock.format(Date.parse(change.slice(0, 24)) + ms).replace(/\s/, ' '));
    expect(around(spring)).toEqual(['1:59 AM', '3:00 AM']);
    expect(around(autumn)).toEqual(['1:59 AM', '1:00 AM']);
  });

  it('keeps the local mean time before the first change', () => {
    const [segment] = findTimeZone('America/New_York', 'timezone').segments(
      Date.parse('0001-01-01T00:00:00Z'),
      Date.parse('0002-01-01T00:00:00Z'),
    );
    expect(segment?.offsetMs).toBe(-(4 * 3600 + 56 * 60 + 2) * 1000);
  });

  it.each(['', 'Mars/Phobos', 'local', '+05:30', 'UTC+1', 'Europe/London\n', 'é'])(
    'refuses %j',
    (name) => {
      expect(() => findTimeZone(name, 'spec.timezone')).toThrow(
        `spec.timezone: expected a time zone such as "UTC" or "Europe/London", got ${JSON.stringify(name)}`,
      );
    },
  );
});
