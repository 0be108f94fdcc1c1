import type { PlanSpec } from '../domain/schedule.ts';
import { invalid } from '../domain/errors.ts';
import { CRON_FIELDS, parseCronField } from './cron-field.ts';

/** What a cron expression says. */
export interface CronExpression {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: DayRule;
  /** True when the field of hours has neither `*` nor `/`. */
  readonly isFixedHour: boolean;
  /** The zone that stands before the expression: `CRON_TZ=Asia/Tokyo 0 9 * * *`. */
  readonly timezone: string | undefined;
}

/** On which days a cron expression holds. */
export interface DayRule {
  readonly dates: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** True when either day will do; else both must fit. */
  readonly isEither: boolean;
}

const NICKNAMES = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/**
 * Reads a cron expression of five fields, or a nickname such as `@daily`, as Vixie cron does.
 *
 * @param compat whose rule tells an unrestricted day: for robfig/cron, which multica uses, `*` with a
 *   step is a restriction; for Vixie cron nothing is that begins with `*`
 * @throws HoldfastError `invalid_input` for anything else, and for days that no year has
 */
export function parseCron(text: string, path: string, compat?: PlanSpec['compat']): CronExpression {
  const [, timezone, rest = ''] = /^[ \t]*(?:(?:CRON_TZ|TZ)=(\S*))?(.*)$/s.exec(text) ?? [];
  const words = rest.replace(/^[ \t]+|[ \t]+$/g, '');
  const fields = (NICKNAMES.get(words.toLowerCase()) ?? words).split(/[ \t]+/);
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5) throw notFive(text, path);
  const days = {
    dates: parseCronField(date, CRON_FIELDS.date, path),
    months: parseCronField(month, CRON_FIELDS.month, path),
    weekdays: parseCronField(weekday, CRON_FIELDS.weekday, path),
    isEither: isRestricted(date, compat) && isRestricted(weekday, compat),
  };
  const expression = {
    minutes: parseCronField(minute, CRON_FIELDS.minute, path),
    hours: parseCronField(hour, CRON_FIELDS.hour, path),
    days,
    isFixedHour: !/[*/]/.test(hour),
    timezone,
  };
  if (isPossible(days)) return expression;
  throw invalid(path, 'a cron expression with a day that some year has', text);
}

function notFive(text: string, path: string): Error {
  return invalid(
    path,
    'a cron expression of five fields: minute, hour, day of the month, month, day of the week',
    text,
  );
}

function isRestricted(field: string, compat: PlanSpec['compat']): boolean {
  if (compat === 'multica') return !field.split(',').some((item) => /^[*?](\/0?1)?$/.test(item));
  return !/^[*?]/.test(field);
}

// A date that some month has falls on every weekday in the course of the years, 29 February too.
function isPossible({ dates, months, isEither }: DayRule): boolean {
  const earliest = Math.min(...dates);
  return isEither || months.some((month) => earliest <= mostDates(month));
}

function mostDates(month: number): number {
  if (month === 2) return 29;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
