import type { Occurrences } from './occurrences.ts';
import { plan } from './plan.ts';
import type { LatestPlan, PlanSpec, TickDecision } from './schedule.ts';

/**
 * Every time up to a moment, decided as ticks would by then, but with no delay and no limit: what an
 * edit does before other times begin.
 */
export function decideUpTo(
  spec: PlanSpec,
  upTo: number,
  decidedThrough: number | undefined,
  latest: LatestPlan | undefined,
  occurrences: Occurrences,
): TickDecision {
  const whole = { ...spec, delayMs: 0, maxPlansPerTick: Infinity };
  return plan(whole, upTo, decidedThrough, latest, occurrences);
}

/** Every time up to a moment as skipped; the reasons are the planner's, for whom all is too old. */
export function skipUpTo(
  spec: PlanSpec,
  upTo: number,
  decidedThrough: number,
  occurrences: Occurrences,
): TickDecision {
  const nothing = { ...spec, delayMs: 0, windowMs: -1, compat: undefined };
  return plan(nothing, upTo, decidedThrough, undefined, occurrences);
}
