import { checkChoice, checkCount, checkFields } from '../domain/check.ts';
import { parseIsoTime } from '../domain/iso-time.ts';
import { JOB_DEFAULTS } from '../domain/job-spec.ts';
import { resolvePlanSpec } from '../domain/plan-spec.ts';
import type { LatestPlan, PlanSpec } from '../domain/schedule.ts';
import { PLAN_STATES } from '../domain/schedule.ts';

/** What one line asks of the planner. */
export interface PlanRequest {
  readonly spec: PlanSpec;
  readonly now: number;
  readonly decidedThrough: number | undefined;
  readonly latest: LatestPlan | undefined;
}

/**
 * The request in a JSON document, checked field by field.
 *
 * @throws HoldfastError `invalid_input` naming the first field that is wrong
 */
export function readPlanRequest(document: unknown): PlanRequest {
  const fields = ['spec', 'now', 'decidedThrough', 'latest'] as const;
  const { spec, now, decidedThrough, latest } = checkFields(document, fields, 'document', '');
  return {
    spec: resolvePlanSpec(spec, 'spec'),
    now: parseIsoTime(now, 'now'),
    decidedThrough:
      decidedThrough === undefined ? undefined : parseIsoTime(decidedThrough, 'decidedThrough'),
    latest: latest === undefined ? undefined : readLatest(latest),
  };
}

function readLatest(value: unknown): LatestPlan {
  const fields = ['time', 'state', 'attempt', 'maxAttempts', 'nextRetryAt'] as const;
  const { time, state, attempt, maxAttempts, nextRetryAt } = checkFields(value, fields, 'latest');
  return {
    time: parseIsoTime(time, 'latest.time'),
    state: checkChoice(state, PLAN_STATES, 'latest.state'),
    attempt: checkCount(attempt ?? 1, 'latest.attempt', 1),
    maxAttempts: checkCount(maxAttempts ?? JOB_DEFAULTS.retry.maxAttempts, 'latest.maxAttempts', 1),
    nextRetryAt:
      nextRetryAt === undefined ? undefined : parseIsoTime(nextRetryAt, 'latest.nextRetryAt'),
  };
}
