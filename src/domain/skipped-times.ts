import type { Stretch } from './occurrences.ts';
import type { SkipReason } from './schedule.ts';

/** Skipped times in a row that are named one by one; more of them with one reason are one range. */
const MOST_NAMED = 100;

interface Run<Reason> {
  readonly reason: Reason;
  readonly from: number;
  to: number;
  count: number;
  /** Those to name, as long as they are few. */
  readonly named: number[];
}

/** Collects skipped times, which must come oldest first, in rows of one reason. */
export class SkippedTimes<Reason extends string = SkipReason> {
  readonly skipped: { readonly time: number; readonly reason: Reason }[] = [];
  readonly skippedRanges: {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly reason: Reason;
  }[] = [];
  #run: Run<Reason> | undefined;

  add(stretch: Stretch, reason: Reason): void {
    if (this.#run?.reason !== reason) this.endRow();
    this.#run ??= { reason, from: stretch.first, to: stretch.last, count: 0, named: [] };
    const run = this.#run;
    run.to = stretch.last;
    run.count += stretch.count;
    if (run.count <= MOST_NAMED) run.named.push(...stretch.times());
  }

  /** A time that is not skipped, or the end, parts what was skipped before it from what comes after. */
  endRow(): void {
    const run = this.#run;
    this.#run = undefined;
    if (run === undefined) return;
    const { reason, from, to, count, named } = run;
    if (count > MOST_NAMED) this.skippedRanges.push({ from, to, count, reason });
    else this.skipped.push(...named.map((time) => ({ time, reason })));
  }
}
