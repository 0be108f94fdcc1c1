import { formatLength } from '../../domain/length.ts';

/** A time in the local zone, as `2026-08-01 14:03:22`; a dash for none. */
export function formatTime(time: Date | undefined): string {
  if (time === undefined) return '-';
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** A time in the local zone with its milliseconds, as `2026-08-01 14:03:22.417`. */
export function formatTimeToMs(time: Date): string {
  return `${formatTime(time)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** A time and how long ago it was, or how long it is until then. */
export function formatTimeAndAge(time: Date, now: Date): string {
  const age = now.getTime() - time.getTime();
  const distance = formatLength(Math.abs(age));
  return `${formatTime(time)} (${age < 0 ? `in ${distance}` : `${distance} ago`})`;
}

/** The time from one moment to another; a dash when one is unknown or the clocks disagree. */
export function formatSpan(from: Date | undefined, to: Date | undefined): string {
  if (from === undefined || to === undefined || to < from) return '-';
  return formatLength(to.getTime() - from.getTime());
}
