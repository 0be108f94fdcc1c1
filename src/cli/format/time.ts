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

/** A length of time in its two largest units, as `850 ms`, `12.3 s`, `3 min 12 s` or `2 d 4 h`. */
export function formatLength(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The time from one moment to another; a dash when one is unknown or the clocks disagree. */
export function formatSpan(from: Date | undefined, to: Date | undefined): string {
  if (from === undefined || to === undefined || to < from) return '-';
  return formatLength(to.getTime() - from.getTime());
}
