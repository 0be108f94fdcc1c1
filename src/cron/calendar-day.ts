import type { DayRule } from './cron-expression.ts';

/** Milliseconds of a day on a clock that nobody sets. */
export const DAY_MS = 86_400_000;

/** A test of days by their number, 0 being 1970-01-01 on the wall. */
export function createDayTest({
  dates,
  months,
  weekdays,
  isEither,
}: DayRule): (day: number) => boolean {
  const isDate = flags(dates, 32);
  const isMonth = flags(months, 13);
  const isWeekday = flags(weekdays, 7);
  return (day) => {
    const wall = new Date(day * DAY_MS);
    if (isMonth[wall.getUTCMonth() + 1] !== true) return false;
    const fitsDate = isDate[wall.getUTCDate()] === true;
    const fitsWeekday = isWeekday[wall.getUTCDay()] === true;
    return isEither ? fitsDate || fitsWeekday : fitsDate && fitsWeekday;
  };
}

function flags(values: readonly number[], length: number): readonly boolean[] {
  return Array.from({ length }, (_, value) => values.includes(value));
}
