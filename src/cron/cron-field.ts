import { invalid } from '../domain/errors.ts';

/** One of the five fields of a cron expression. */
export interface CronField {
  /** As in an error: `a minute from 0 to 59`. */
  readonly what: string;
  readonly least: number;
  readonly most: number;
  /** Words for its values, from the least on. */
  readonly words?: readonly string[];
  /** A second name of the least value, one above the most: the 7 that is a Sunday too. */
  readonly alias?: number;
  /** True where `?` may stand for `*`. */
  readonly takesQuestionMark?: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The fields in their order. */
export const CRON_FIELDS = {
  minute: { what: 'a minute from 0 to 59', least: 0, most: 59 },
  hour: { what: 'an hour from 0 to 23', least: 0, most: 23 },
  date: { what: 'a day of the month from 1 to 31', least: 1, most: 31, takesQuestionMark: true },
  month: { what: 'a month from 1 to 12 or JAN to DEC', least: 1, most: 12, words: MONTHS },
  weekday: {
    what: 'a day of the week from 0 to 7 or SUN to SAT',
    least: 0,
    most: 6,
    words: WEEKDAYS,
    alias: 7,
    takesQuestionMark: true,
  },
} as const satisfies Record<string, CronField>;

const ITEM = /^(?:([*?])|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:\/(\d{1,2}))?$/i;

/**
 * The values of a field, from the least to the most: items parted by commas, each `*`, a value, a range
 * `1-5`, or one of these with a step `/2`; a value with a step goes on to the end, as in `5/15`.
 *
 * @throws HoldfastError `invalid_input` for anything else
 */
export function parseCronField(text: string, field: CronField, path: string): readonly number[] {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    for (const value of valuesOf(item, field, path)) {
      values.add(value === field.alias ? field.least : value);
    }
  }
  return [...values].sort((a, b) => a - b);
}

function valuesOf(item: string, field: CronField, path: string): readonly number[] {
  const [, star, from = '', to, step] = ITEM.exec(item) ?? [];
  if (star === '?' && field.takesQuestionMark !== true) throw bad(item, field, path);
  const { least, most, alias = most } = field;
  const first = star === undefined ? valueOf(from, field) : least;
  const isToEnd = star !== undefined || (to === undefined && step !== undefined);
  const last = isToEnd ? most : to === undefined ? first : valueOf(to, field);
  const by = Number(step ?? 1);
  if (!(first >= least && last <= alias)) throw bad(item, field, path);
  if (first > last) throw invalid(path, `${field.what}, in a range that goes upwards`, item);
  if (by < 1 || by > most) {
    throw invalid(path, `${field.what}, with a step from 1 to ${most}`, item);
  }
  const count = Math.floor((last - first) / by) + 1;
  return Array.from({ length: count }, (_, index) => first + index * by);
}

function valueOf(text: string, { least, words = [] }: CronField): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = words.indexOf(text.toLowerCase());
  return index < 0 ? NaN : least + index;
}

function bad(item: string, { what }: CronField, path: string): Error {
  return invalid(path, what, item);
}
