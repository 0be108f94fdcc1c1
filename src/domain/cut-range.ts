import type { Occurrences, Stretch } from './occurrences.ts';

/** Times of a schedule in a row that were skipped for one reason, from the first one to the last. */
export interface SkippedRange {
  readonly from: number;
  readonly to: number;
  /** True where they are wall times that do not exist: only these count then, and else only the others. */
  readonly isGap: boolean;
}

/** A part of a {@link SkippedRange}, with the number of its times. */
export interface RangePart {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/**
 * What is left of a range when some of its times are taken out, oldest first: what lies before, between and
 * after them. All times are milliseconds since the Unix epoch.
 *
 * @param taken in the range, oldest first
 * @param occurrences the times that the range was counted by
 */
export function cutRange(
  { from, to, isGap }: SkippedRange,
  taken: readonly number[],
  occurrences: Occurrences,
): RangePart[] {
  const parts: RangePart[] = [];
  let after = from - 1;
  for (const end of [...taken, to + 1]) {
    const part = partOf(occurrences(after, end - 1), isGap);
    if (part !== undefined) parts.push(part);
    after = end;
  }
  return parts;
}

function partOf(stretches: Iterable<Stretch>, isGap: boolean): RangePart | undefined {
  let part: RangePart | undefined;
  for (const { first, last, count, isGap: isOfGap } of stretches) {
    if (isOfGap !== isGap) continue;
    part = { from: part?.from ?? first, to: last, count: (part?.count ?? 0) + count };
  }
  return part;
}
