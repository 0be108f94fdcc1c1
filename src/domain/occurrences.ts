import { YEAR_ONE_MS } from './iso-time.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

/** Times of a schedule that follow one another, counted without being listed. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  /** From 1. */
  readonly count: number;
  /** True for wall times that do not exist on their day and are to be skipped for that. */
  readonly isGap: boolean;
  /** Each of them, oldest first. */
  readonly times: () => Iterable<number>;
}

/**
 * The times of a schedule that are later than `after` and not later than `upTo`, oldest first. All
 * times are milliseconds since the Unix epoch. Two neighbouring ranges hold what their union holds.
 */
export type Occurrences = (after: number, upTo: number) => Iterable<Stretch>;

/** The times of a definition. Pure, and without waiting: it is called inside a transaction. */
export type TimesOf = (definition: ScheduleDefinition) => Occurrences;

/** True for a time of the schedule, also for one that is skipped as a gap. */
export function isTimeOf(occurrences: Occurrences, time: number): boolean {
  for (const { count } of occurrences(time - 1, time)) if (count > 0) return true;
  return false;
}

/** A stretch of one time. */
export function singleTime(time: number, isGap: boolean): Stretch {
  return { first: time, last: time, count: 1, isGap, times: () => [time] };
}

// The first look back; each further one looks twice as far.
const FIRST_LOOK_MS = 3_600_000;

/** The stretch that holds the last time up to `upTo` that is wanted; undefined when there is none. */
export function latestStretch(
  occurrences: Occurrences,
  upTo: number,
  { after = YEAR_ONE_MS - 1, isWanted = () => true }: LatestOptions = {},
): Stretch | undefined {
  let end = upTo;
  for (let lookMs = FIRST_LOOK_MS; end > after; lookMs *= 2) {
    const start = Math.max(end - lookMs, after);
    const found = lastOf(occurrences(start, end), isWanted);
    if (found !== undefined) return found;
    end = start;
  }
  return undefined;
}

interface LatestOptions {
  /** Times up to this one are of no interest. */
  readonly after?: number;
  readonly isWanted?: (stretch: Stretch) => boolean;
}

function lastOf(
  stretches: Iterable<Stretch>,
  isWanted: (stretch: Stretch) => boolean,
): Stretch | undefined {
  let last: Stretch | undefined;
  for (const stretch of stretches) if (isWanted(stretch)) last = stretch;
  return last;
}
