import { YEAR_ONE_MS } from '../domain/iso-time.ts';
import type { Occurrences } from '../domain/occurrences.ts';

/**
 * The times of a cadence: every `everyMs` from `originMs` on and before it, in UTC. However many
 * there are, they are counted at once.
 */
export function cadenceOccurrences(everyMs: number, originMs: number): Occurrences {
  const stepsTo = (time: number): number => Math.floor((time - originMs) / everyMs);
  return function* (after, upTo) {
    const from = stepsTo(Math.max(after, YEAR_ONE_MS - 1)) + 1;
    const to = stepsTo(upTo);
    if (from > to) return;
    const timeOf = (step: number): number => originMs + step * everyMs;
    yield {
      first: timeOf(from),
      last: timeOf(to),
      count: to - from + 1,
      isGap: false,
      times: function* () {
        for (let step = from; step <= to; step++) yield timeOf(step);
      },
    };
  };
}
