import { createOccurrences } from '../../src/cron/create-occurrences.ts';
import { formatIsoTime, parseIsoTime } from '../../src/domain/iso-time.ts';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';
import { plan } from '../../src/domain/plan.ts';
import type { LatestPlan } from '../../src/domain/schedule.ts';

/** A decision with its times as texts, as the command prints them. */
export interface ShownDecision {
  readonly due: readonly string[];
  readonly skipped: readonly string[];
  readonly ranges: readonly string[];
  readonly decidedThrough: string | undefined;
  readonly more: boolean;
}

/** What a tick is asked. */
export interface Asked {
  readonly spec: object;
  readonly now: string;
  readonly decidedThrough?: string | undefined;
  readonly latest?: (Pick<LatestPlan, 'state'> & Partial<ShownPlan>) | undefined;
}

interface ShownPlan {
  readonly time: string;
  readonly attempt: number;
  readonly nextRetryAt: string | undefined;
}

/** Plans with real times; skipped ones are shown as `time reason`, ranges as `from..to count reason`. */
export function decide({ spec: given, now, decidedThrough, latest }: Asked): ShownDecision {
  const spec = resolvePlanSpec(given, 'spec');
  const decision = plan(
    spec,
    timeOf(now),
    decidedThrough === undefined ? undefined : timeOf(decidedThrough),
    latest && planOf(latest),
    createOccurrences(spec, 'spec.'),
  );
  return {
    due: decision.due.map(formatIsoTime),
    skipped: decision.skipped.map(({ time, reason }) => `${formatIsoTime(time)} ${reason}`),
    ranges: decision.skippedRanges.map(
      ({ from, to, count, reason }) =>
        `${formatIsoTime(from)}..${formatIsoTime(to)} ${count} ${reason}`,
    ),
    decidedThrough:
      decision.decidedThrough === undefined ? undefined : formatIsoTime(decision.decidedThrough),
    more: decision.more,
  };
}

/** Milliseconds of an ISO text. */
export function timeOf(text: string): number {
  return parseIsoTime(text, 'time');
}

function planOf({ time = '', state, attempt = 1, nextRetryAt }: NonNullable<Asked['latest']>) {
  return {
    time: timeOf(time),
    state,
    attempt,
    maxAttempts: 3,
    nextRetryAt: nextRetryAt === undefined ? undefined : timeOf(nextRetryAt),
  };
}
