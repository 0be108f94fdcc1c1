import type { Occurrences, Stretch } from './occurrences.ts';
import { latestStretch } from './occurrences.ts';
import { planAsMultica } from './plan-multica.ts';
import type { LatestPlan, PlanSpec, SkipReason, TickDecision } from './schedule.ts';
import { SkippedTimes } from './skipped-times.ts';

/**
 * What one tick decides for one scope of a schedule: every time after `decidedThrough` that is due
 * by `now` less the delay, oldest first. No time is decided twice, and none is passed over
 * without a reason. Before the first decision there is no past to answer for: the latest time alone
 * is decided. A schedule with `compat` follows the rules of {@link planAsMultica} instead.
 *
 * @param now milliseconds since the Unix epoch, as is `decidedThrough`
 * @param latest the latest plan on record, which only `compat` asks for
 * @param occurrences the times of the schedule
 */
export function plan(
  spec: PlanSpec,
  now: number,
  decidedThrough: number | undefined,
  latest: LatestPlan | undefined,
  occurrences: Occurrences,
): TickDecision {
  if (spec.compat === 'multica') {
    return planAsMultica(spec, now, decidedThrough, latest, occurrences);
  }
  const eligible = now - spec.delayMs;
  const after = decidedThrough ?? beforeLatest(occurrences, eligible);
  const tick = new Tick(occurrences, decidedThrough);
  if (after === undefined || after >= eligible) return tick.decision(false);
  // What is exactly as old as the window is kept.
  const tooOld = Math.min(now - spec.windowMs - 1, eligible);
  if (after < tooOld) tick.skip(after, tooOld, 'outside_window');
  const from = Math.max(after, tooOld);
  if (spec.catchUp === 'latest_only') return tick.runLatest(from, eligible);
  return tick.runEach(from, eligible, spec.maxPlansPerTick);
}

function beforeLatest(occurrences: Occurrences, eligible: number): number | undefined {
  const latest = latestStretch(occurrences, eligible);
  return latest === undefined ? undefined : latest.last - 1;
}

/** Collects a decision; ranges of time are handed to it oldest first. */
class Tick {
  readonly #occurrences: Occurrences;
  readonly #due: number[] = [];
  readonly #skipped = new SkippedTimes();
  #decidedThrough: number | undefined;

  constructor(occurrences: Occurrences, decidedThrough: number | undefined) {
    this.#occurrences = occurrences;
    this.#decidedThrough = decidedThrough;
  }

  skip(after: number, upTo: number, reason: SkipReason): void {
    for (const stretch of this.#occurrences(after, upTo)) this.#skipStretch(stretch, reason);
  }

  runLatest(after: number, upTo: number): TickDecision {
    const isWanted = ({ isGap }: Stretch): boolean => !isGap;
    const latest = latestStretch(this.#occurrences, upTo, { after, isWanted })?.last;
    if (latest !== undefined) {
      this.skip(after, latest - 1, 'superseded');
      this.#run(latest);
    }
    // Nothing but gaps can be later than the latest time that runs.
    this.skip(latest ?? after, upTo, 'dst_gap');
    return this.decision(false);
  }

  runEach(after: number, upTo: number, most: number): TickDecision {
    for (const stretch of this.#occurrences(after, upTo)) {
      if (stretch.isGap) this.#skipStretch(stretch, 'dst_gap');
      for (const time of stretch.isGap ? [] : stretch.times()) {
        if (this.#due.length === most) return this.decision(true);
        this.#run(time);
      }
    }
    return this.decision(false);
  }

  decision(more: boolean): TickDecision {
    this.#skipped.endRow();
    const { skipped, skippedRanges } = this.#skipped;
    return {
      due: this.#due,
      skipped,
      skippedRanges,
      decidedThrough: this.#decidedThrough,
      more,
    };
  }

  #run(time: number): void {
    this.#skipped.endRow();
    this.#due.push(time);
    this.#decidedThrough = time;
  }

  #skipStretch(stretch: Stretch, reason: SkipReason): void {
    // A wall time that never was is told as such, however old it is.
    this.#skipped.add(stretch, stretch.isGap ? 'dst_gap' : reason);
    this.#decidedThrough = stretch.last;
  }
}
