import type { Occurrences } from './occurrences.ts';
import { latestStretch } from './occurrences.ts';
import type { LatestPlan, PlanSpec, TickDecision } from './schedule.ts';

/**
 * The rules of the scheduler of multica-ai/multica (`server/internal/scheduler/manager.go`,
 * `plansForTick`), for schedules that are moved from there: the latest plan on record is where it
 * goes on, a failed one that may be tried again is offered again, `latest_only` knows no window, and
 * what is left out leaves no trace.
 */
export function planAsMultica(
  spec: PlanSpec,
  now: number,
  decidedThrough: number | undefined,
  latest: LatestPlan | undefined,
  occurrences: Occurrences,
): TickDecision {
  const newest = latestStretch(occurrences, now - spec.delayMs)?.last;
  const times = newest === undefined ? [] : offered(spec, now, newest, latest, occurrences);
  return decisionOf(spec, times, [decidedThrough, latest?.time]);
}

/**
 * The same where more is decided than there are plans for: by an edit, the end of a pause or a skipped run.
 * What is decided stays so; after it a cadence is back on its grid.
 */
export function planAsMulticaAfter(
  spec: PlanSpec,
  now: number,
  decidedThrough: number,
  occurrences: Occurrences,
): TickDecision {
  const newest = latestStretch(occurrences, now - spec.delayMs)?.last;
  const times =
    newest === undefined ? [] : offeredAfter(spec, now, newest, decidedThrough, occurrences);
  return decisionOf(spec, times, [decidedThrough]);
}

/** Starts the first of what is offered, as many as one tick may. */
function decisionOf(
  { catchUp, maxPlansPerTick }: PlanSpec,
  times: Iterable<number>,
  known: readonly (number | undefined)[],
): TickDecision {
  const most = catchUp === 'latest_only' ? 1 : maxPlansPerTick;
  const due: number[] = [];
  let more = false;
  for (const time of times) {
    more = due.length === most;
    if (more) break;
    due.push(time);
  }
  const decided = [...known, due.at(-1)].filter((time) => time !== undefined);
  return {
    due,
    skipped: [],
    skippedRanges: [],
    decidedThrough: decided.length === 0 ? undefined : Math.max(...decided),
    more,
  };
}

/** The times that it would start if nothing bounded their number, oldest first. */
function* offered(
  { catchUp, windowMs, timing }: PlanSpec,
  now: number,
  newest: number,
  latest: LatestPlan | undefined,
  occurrences: Occurrences,
): Generator<number> {
  if (catchUp === 'latest_only') {
    yield newest;
    return;
  }
  const oldest = windowMs === 0 ? newest : now - windowMs;
  if (latest === undefined) {
    if (newest >= oldest) yield newest;
    return;
  }
  const isAgain = isRetryDue(latest, now);
  const stepMs = timing.kind === 'every' ? timing.everyMs : undefined;
  const start = isAgain ? latest.time : latest.time + (stepMs ?? 1);
  if (stepMs !== undefined && start >= oldest) {
    // A cadence keeps its distance from the plan on record even where that is off the grid.
    for (let time = start; time <= newest; time += stepMs) yield time;
    return;
  }
  if (isAgain && start >= oldest && start <= newest) yield start;
  const after = Math.max(latest.time, oldest - 1);
  for (const stretch of occurrences(after, newest)) yield* stretch.times();
}

function* offeredAfter(
  { catchUp, windowMs }: PlanSpec,
  now: number,
  newest: number,
  decidedThrough: number,
  occurrences: Occurrences,
): Generator<number> {
  if (newest <= decidedThrough) return;
  if (catchUp === 'latest_only') {
    yield newest;
    return;
  }
  const oldest = windowMs === 0 ? newest : now - windowMs;
  const after = Math.max(decidedThrough, oldest - 1);
  for (const stretch of occurrences(after, newest)) yield* stretch.times();
}

function isRetryDue(
  { state, attempt, maxAttempts, nextRetryAt }: LatestPlan,
  now: number,
): boolean {
  return state === 'FAILED' && attempt < maxAttempts && (nextRetryAt ?? now) <= now;
}
