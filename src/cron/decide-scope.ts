import type { Occurrences } from '../domain/occurrences.ts';
import { latestStretch } from '../domain/occurrences.ts';
import { plan } from '../domain/plan.ts';
import { planAsMulticaAfter } from '../domain/plan-multica.ts';
import type { LatestPlan, PlanSpec, TickDecision } from '../domain/schedule.ts';
import { SkippedTimes } from '../domain/skipped-times.ts';

/** Why a time of a schedule does not run. */
type Reason = TickDecision['skipped'][number]['reason'] | 'paused';

/** A {@link TickDecision}, perhaps with times of a pause. */
interface Decision extends Pick<TickDecision, 'due' | 'decidedThrough' | 'more'> {
  readonly skipped: readonly { readonly time: number; readonly reason: Reason }[];
  readonly skippedRanges: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
    readonly reason: Reason;
  }[];
}

/** What is known of a scope when it is decided. Times are milliseconds since the Unix epoch. */
interface Situation {
  readonly now: number;
  readonly decidedThrough: number | undefined;
  readonly latest: LatestPlan | undefined;
  readonly definition: { readonly plan: PlanSpec };
  /** A pause has ended, whose times are decided by its policy. */
  readonly resumes:
    | { readonly policy: 'skip' | 'latest' | 'all'; readonly from: Date; readonly at: Date }
    | undefined;
  /** It is paused since then: what came later is a time of the pause. */
  readonly pausedAt: number | undefined;
}

/** Times of a schedule whose catch-up asks for none, when a pause of it is caught up. */
const MOST_AT_ONCE = 1_000;

/**
 * What a tick decides for one scope: see {@link plan}. Times of a pause have rules of their own, which
 * its end has named; before and after them the ordinary ones hold.
 */
export function decideScope(situation: Situation, occurrences: Occurrences): Decision {
  const { now, decidedThrough, latest, definition, resumes, pausedAt } = situation;
  const spec = definition.plan;
  const pause =
    pausedAt !== undefined
      ? { policy: 'skip' as const, from: pausedAt, to: now }
      : resumes && { policy: resumes.policy, from: +resumes.from, to: +resumes.at };
  if (pause === undefined) return planAfter(situation, decidedThrough, occurrences);
  const begin = decidedThrough ?? beforeLatest(occurrences, now - spec.delayMs);
  if (begin === undefined) return nothing(decidedThrough);
  const from = pause.from - spec.delayMs;
  const to = pause.to - spec.delayMs;
  const ordinary = (after: number, upTo?: number): Decision =>
    planAfter(situation, after, clipped(occurrences, upTo));

  const before = begin < from ? ordinary(begin, from) : nothing(begin);
  if (before.more) return before;
  const since = Math.max(begin, from);
  const after = ordinary(Math.max(since, to));
  if (since >= to) return joined(before, after);
  const isLate = spec.catchUp === 'latest_only' && after.due.length > 0;
  const during =
    pause.policy === 'all'
      ? plan(asEvery(spec), now, since, latest, clipped(occurrences, to))
      : ofPause(occurrences, since, to, {
          runsLatest: pause.policy === 'latest' && !isLate,
          oldest: now - spec.windowMs,
        });
  return during.more ? joined(before, during) : joined(joined(before, during), after);
}

/** The same with no delay and no limit: every time up to now, before others take their place. */
export function decideUpToNow(situation: Situation, occurrences: Occurrences): Decision {
  const plan = { ...situation.definition.plan, delayMs: 0, maxPlansPerTick: Infinity };
  return decideScope({ ...situation, definition: { plan } }, occurrences);
}

/** By {@link plan}. The rules of `compat` know plans only, and not what was decided without one. */
function planAfter(
  { now, latest, definition: { plan: spec } }: Situation,
  decidedThrough: number | undefined,
  occurrences: Occurrences,
): Decision {
  const isPlanned = decidedThrough === undefined || (latest?.time ?? -Infinity) >= decidedThrough;
  if (spec.compat === undefined || isPlanned)
    return plan(spec, now, decidedThrough, latest, occurrences);
  return planAsMulticaAfter(spec, now, decidedThrough, occurrences);
}

function asEvery(spec: PlanSpec): PlanSpec {
  const maxPlansPerTick = spec.maxPlansPerTick === 0 ? MOST_AT_ONCE : spec.maxPlansPerTick;
  return { ...spec, catchUp: 'every_plan', maxPlansPerTick, compat: undefined };
}

/** Skips the times of a pause, all or all but the latest. */
function ofPause(
  occurrences: Occurrences,
  after: number,
  upTo: number,
  { runsLatest, oldest }: { readonly runsLatest: boolean; readonly oldest: number },
): Decision {
  const options = { after: Math.max(after, oldest - 1), isWanted: notGap };
  const latest = runsLatest ? latestStretch(occurrences, upTo, options)?.last : undefined;
  const skipped = new SkippedTimes<Reason>();
  const skip = (begin: number, end: number): number | undefined => {
    let last: number | undefined;
    for (const stretch of occurrences(begin, end)) {
      skipped.add(stretch, stretch.isGap ? 'dst_gap' : 'paused');
      last = stretch.last;
    }
    return last;
  };
  const before = skip(after, latest === undefined ? upTo : latest - 1);
  skipped.endRow();
  const last = latest === undefined ? before : (skip(latest, upTo) ?? latest);
  skipped.endRow();
  return {
    due: latest === undefined ? [] : [latest],
    skipped: skipped.skipped,
    skippedRanges: skipped.skippedRanges,
    decidedThrough: last ?? after,
    more: false,
  };
}

function notGap({ isGap }: { readonly isGap: boolean }): boolean {
  return !isGap;
}

function clipped(occurrences: Occurrences, limit: number | undefined): Occurrences {
  if (limit === undefined) return occurrences;
  return (after, upTo) => (after >= limit ? [] : occurrences(after, Math.min(upTo, limit)));
}

function beforeLatest(occurrences: Occurrences, eligible: number): number | undefined {
  const latest = latestStretch(occurrences, eligible);
  return latest === undefined ? undefined : latest.last - 1;
}

function nothing(decidedThrough: number | undefined): Decision {
  return { due: [], skipped: [], skippedRanges: [], decidedThrough, more: false };
}

function joined(first: Decision, second: Decision): Decision {
  return {
    due: [...first.due, ...second.due],
    skipped: [...first.skipped, ...second.skipped],
    skippedRanges: [...first.skippedRanges, ...second.skippedRanges],
    decidedThrough: second.decidedThrough ?? first.decidedThrough,
    more: second.more,
  };
}
