import { describe, expect, it } from 'vitest';
import { parseCron } from '../../src/cron/cron-expression.ts';

function range(from: number, to: number, step = 1): number[] {
  return Array.from(
    { length: Math.floor((to - from) / step) + 1 },
    (_, index) => from + index * step,
  );
}

describe('parseCron', () => {
  it.each([
    ['0 17 * * 1-5', { hours: [17], days: { weekdays: [1, 2, 3, 4, 5] } }],
    ['*/15 * * * *', { minutes: [0, 15, 30, 45], hours: range(0, 23) }],
    ['5/20 2-10/4 * * *', { minutes: [5, 25, 45], hours: [2, 6, 10] }],
    ['7,3,3-5 * * * *', { minutes: [3, 4, 5, 7] }],
    ['0 0 1 jan,JUL-Sep *', { days: { months: [1, 7, 8, 9] } }],
    ['0 0 * * fri-7', { days: { weekdays: [0, 5, 6] } }],
    ['0 0 * * 0-7', { days: { weekdays: range(0, 6) } }],
    ['0 0 ? * ?', { days: { dates: range(1, 31), weekdays: range(0, 6), isEither: false } }],
    ['  05 09\t* * *  ', { minutes: [5], hours: [9] }],
    ['@daily', { minutes: [0], hours: [0], isFixedHour: true }],
    ['@Hourly', { minutes: [0], isFixedHour: false }],
    ['@weekly', { days: { weekdays: [0], isEither: false } }],
    ['CRON_TZ=Asia/Tokyo 0 9 * * *', { timezone: 'Asia/Tokyo', hours: [9] }],
    ['TZ=UTC @monthly', { timezone: 'UTC', days: { dates: [1] } }],
  ])('reads %j', (text, expected) => {
    expect(parseCron(text, 'cron')).toMatchObject(expected);
  });

  it.each([
    ['0 0 13 * 5', true, true],
    ['0 0 13 * *', false, false],
    ['0 0 * * 5', false, false],
    ['0 0 */2 * 5', false, true],
    ['0 0 13 * */2', false, true],
    ['0 0 */1 * 5', false, false],
    ['0 0 1,*/2 * 5', true, true],
  ])('takes either day of %j as Vixie cron (%s) and robfig/cron (%s) do', (text, vixie, robfig) => {
    expect(parseCron(text, 'cron').days.isEither).toBe(vixie);
    expect(parseCron(text, 'cron', 'multica').days.isEither).toBe(robfig);
  });

  it.each([
    ['30 2 * * *', true],
    ['* 0-23 * * *', true],
    ['*/5 1,2 * * *', true],
    ['0 * * * *', false],
    ['0 1,*/2 * * *', false],
    ['0 1-5/2 * * *', false],
  ])('tells whether %j has fixed hours: %s', (text, isFixedHour) => {
    expect(parseCron(text, 'cron')).toMatchObject({ isFixedHour });
  });

  it.each([
    ['60 * * * *', 'a minute from 0 to 59, got "60"'],
    ['* 24 * * *', 'an hour from 0 to 23, got "24"'],
    ['* ? * * *', 'an hour from 0 to 23, got "?"'],
    ['* * 0 * *', 'a day of the month from 1 to 31, got "0"'],
    ['* * 32 * *', 'a day of the month from 1 to 31, got "32"'],
    ['* * * 13 *', 'a month from 1 to 12 or JAN to DEC, got "13"'],
    ['* * * foo *', 'a month from 1 to 12 or JAN to DEC, got "foo"'],
    ['* * * * 8', 'a day of the week from 0 to 7 or SUN to SAT, got "8"'],
    ['* * * * monday', 'a day of the week from 0 to 7 or SUN to SAT, got "monday"'],
    ['-1 * * * *', 'a minute from 0 to 59, got "-1"'],
    ['1,,2 * * * *', 'a minute from 0 to 59, got ""'],
    ['1- * * * *', 'a minute from 0 to 59, got "1-"'],
    ['1.5 * * * *', 'a minute from 0 to 59, got "1.5"'],
    ['٥ * * * *', 'a minute from 0 to 59, got "٥"'],
    ['5-1 * * * *', 'a minute from 0 to 59, in a range that goes upwards, got "5-1"'],
    ['*/0 * * * *', 'a minute from 0 to 59, with a step from 1 to 59, got "*/0"'],
    ['*/60 * * * *', 'a minute from 0 to 59, with a step from 1 to 59, got "*/60"'],
  ])('refuses %j, naming the field', (text, message) => {
    expect(() => parseCron(text, 'spec.cron')).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: `spec.cron: expected ${message}`,
        details: { path: 'spec.cron' },
      }),
    );
  });

  it.each([
    '',
    'garbage not a cron',
    '* * * *',
    '0 * * * * *',
    'TZ=UTC',
    'CRON_TZ=UTC ',
    '@reboot',
    '@every 5m',
    '* * *\n* *',
    '__proto__',
  ])('refuses %j: it has not five fields', (text) => {
    expect(() => parseCron(text, 'cron')).toThrow('five fields');
  });

  it.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30,31 2 */2'])(
    'refuses %j: no year has that day',
    (text) => {
      expect(() => parseCron(text, 'cron')).toThrow('a day that some year has');
    },
  );

  it.each(['0 0 29 2 *', '0 0 31 2 1', '0 0 31 1-2 *', '0 0 30 2,4 *'])(
    'takes %j: some year has it',
    (text) => {
      expect(() => parseCron(text, 'cron')).not.toThrow();
    },
  );
});
