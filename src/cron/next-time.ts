import type { Occurrences } from '../domain/occurrences.ts';

// The first look ahead; each further one looks twice as far.
const FIRST_LOOK_MS = 3_600_000;

// 29 February of a certain weekday comes every 28 years, and around 2100 every 40.
const FARTHEST_MS = 41 * 366 * 86_400_000;

/** The first time of a schedule after another; undefined when none comes for decades. */
export function nextTime(occurrences: Occurrences, after: number): number | undefined {
  const farthest = after + FARTHEST_MS;
  let from = after;
  for (let lookMs = FIRST_LOOK_MS; from < farthest; lookMs *= 2) {
    const upTo = Math.min(from + lookMs, farthest);
    for (const stretch of occurrences(from, upTo)) return stretch.first;
    from = upTo;
  }
  return undefined;
}
