import { createOccurrences } from '../../cron/create-occurrences.ts';
import { parseCron } from '../../cron/cron-expression.ts';
import type { TimeZone } from '../../cron/time-zone.ts';
import { findTimeZone } from '../../cron/time-zone.ts';
import type { Occurrences } from '../../domain/occurrences.ts';
import type { PlanSpec } from '../../domain/schedule.ts';

/** A time to come. */
export interface PreviewedTime {
  readonly time: Date;
  /** What the clock of the schedule's zone shows then, with its offset: `2026-03-08T03:00:00-04:00`. */
  readonly local: string;
  /**
   * On days when the clocks change. `skipped`: the wall time does not exist, and `dst.gap` says to skip it.
   * `after-gap`: the clock has just leapt. `first`, `second`: of two equal wall times.
   */
  readonly dst: 'skipped' | 'after-gap' | 'first' | 'second' | undefined;
}

/** Which times to show. */
export interface PreviewOptions {
  /** @default now */
  readonly from?: Date;
  /** @default no end */
  readonly to?: Date;
  /** Times at most. @default 20 */
  readonly limit?: number;
}

const HOUR_MS = 3_600_000;
// The leap days of 29 February are 8 years apart at most; a schedule has a time within them.
const LONGEST_MS = 12 * 366 * 24 * HOUR_MS;
const LATEST = Date.UTC(9999, 0, 1);

/** The times of a schedule from a moment on. */
export function previewTimes(
  spec: PlanSpec,
  { from = new Date(), to, limit = 20 }: PreviewOptions = {},
): PreviewedTime[] {
  const occurrences = createOccurrences(spec, 'schedule.');
  const zone = zoneOf(spec);
  const times = comingTimes(occurrences, from.getTime(), to?.getTime() ?? Infinity, limit);
  return [...times].map(({ time, isGap }) => ({
    time: new Date(time),
    local: localText(zone, time),
    dst: isGap ? 'skipped' : markOf(zone, time),
  }));
}

/** The times from one moment to another, both included, and whether they are skipped as gaps. */
export function* comingTimes(
  occurrences: Occurrences,
  from: number,
  to: number,
  limit = Infinity,
): Generator<{ readonly time: number; readonly isGap: boolean }> {
  let count = 0;
  let foundAt = from;
  const end = Math.min(to, LATEST);
  for (let after = from - 1, lookMs = HOUR_MS; after < end; lookMs *= 2) {
    const upTo = Math.min(after + lookMs, end);
    for (const { isGap, times } of occurrences(after, upTo)) {
      for (const time of times()) {
        if (count >= limit) return;
        yield { time, isGap };
        count++;
        foundAt = time;
      }
    }
    after = upTo;
    if (to === Infinity && (count >= limit || after - foundAt > LONGEST_MS)) return;
  }
}

function zoneOf({ timing, timezone, compat }: PlanSpec): TimeZone {
  const own = timing.kind === 'cron' ? parseCron(timing.cron, 'cron', compat).timezone : undefined;
  return findTimeZone(own ?? timezone, 'timezone');
}

function offsetAt(zone: TimeZone, time: number): number {
  const [segment] = zone.segments(time, time + 1);
  return segment?.offsetMs ?? 0;
}

function localText(zone: TimeZone, time: number): string {
  const offsetMs = offsetAt(zone, time);
  const wall = new Date(time + offsetMs).toISOString().slice(0, 19);
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const sign = offsetMs < 0 ? '-' : '+';
  return `${wall}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

// No clock was ever set by more than a day.
const LONGEST_CHANGE_MS = 24 * HOUR_MS;

function markOf(zone: TimeZone, time: number): PreviewedTime['dst'] {
  for (const { change } of zone.segments(time - LONGEST_CHANGE_MS, time + LONGEST_CHANGE_MS)) {
    if (change === undefined) continue;
    const backMs = change.beforeMs - change.afterMs;
    if (backMs < 0 && time === change.at) return 'after-gap';
    if (backMs > 0 && time >= change.at && time < change.at + backMs) return 'second';
    if (backMs > 0 && time < change.at && time >= change.at - backMs) return 'first';
  }
  return undefined;
}
