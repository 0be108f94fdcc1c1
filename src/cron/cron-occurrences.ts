import { YEAR_ONE_MS } from '../domain/iso-time.ts';
import type { Occurrences, Stretch } from '../domain/occurrences.ts';
import { singleTime } from '../domain/occurrences.ts';
import type { DstRule } from '../domain/schedule.ts';
import type { CronExpression } from './cron-expression.ts';
import type { ClockChange, TimeZone, ZoneSegment } from './time-zone.ts';
import { WallTimes } from './wall-times.ts';

/**
 * The times of a cron expression in a time zone.
 *
 * @param dst what becomes of fixed hours when the clocks change; undefined lets them follow real
 *   instants as other hours do: what no clock shows does not run, what it shows twice runs twice
 */
export function cronOccurrences(
  cron: CronExpression,
  zone: TimeZone,
  dst: DstRule | undefined,
): Occurrences {
  const walls = new WallTimes(cron);
  const rule = cron.isFixedHour ? dst : undefined;
  return function* (after, upTo) {
    for (const segment of zone.segments(Math.max(after + 1, YEAR_ONE_MS), upTo + 1)) {
      yield* timesIn(segment, walls, rule);
    }
  };
}

function* timesIn(
  { from, to, offsetMs, change }: ZoneSegment,
  walls: WallTimes,
  rule: DstRule | undefined,
): Generator<Stretch> {
  let wallFrom = from + offsetMs;
  if (rule !== undefined && change !== undefined) {
    // A wall time that the change leaps over and one that really comes then are one plan.
    if (change.at === from && leapsOver(change, walls) && !walls.hasAny(wallFrom, wallFrom + 1)) {
      yield singleTime(from, rule.gap === 'skip');
    }
    // Up to here the clock has shown everything before it was set back.
    if (rule.overlap === 'first') wallFrom = Math.max(wallFrom, change.at + change.beforeMs);
  }
  yield* walls.between(wallFrom, to + offsetMs, offsetMs);
}

function leapsOver({ at, beforeMs, afterMs }: ClockChange, walls: WallTimes): boolean {
  return beforeMs < afterMs && walls.hasAny(at + beforeMs, at + afterMs);
}
