import type { AttemptRecord } from '../../domain/attempt.ts';
import { checkChoice } from '../../domain/check.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { HoldfastError, invalid } from '../../domain/errors.ts';
import { checkScheduleName, checkScope } from '../../domain/plan-id.ts';
import type { PlanHistoryState } from '../../domain/schedule.ts';
import { PLAN_HISTORY_STATES } from '../../domain/schedule.ts';
import type { HistoryPage, PlanAttempt, PlanRecord } from '../../ledger/plan-history.ts';
import type { Connections } from '../connections.ts';
import type { FoundJob } from '../live-job.ts';
import { findLiveJob } from '../live-job.ts';
import { TooSlow, within } from '../within.ts';
import { scheduleNotFound } from './check-schedule.ts';

/** Which plans to show. */
export interface HistoryOptions {
  readonly scope?: string;
  readonly state?: PlanHistoryState;
  /** Times from then on, and up to then. */
  readonly since?: Date;
  readonly until?: Date;
  /** From 1 to 1000. @default 50 */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly cursor?: string;
}

const AT_ONCE = 8;

/** What Temporal has not told by then is left out. */
const PATIENCE_MS = 3_000;

/** See `SchedulesClient.history`. */
export async function planHistory(
  connections: Connections,
  name: string,
  options: HistoryOptions = {},
): Promise<HistoryPage> {
  const { schedules } = connections.ledger;
  const { limit = 50, state, scope } = options;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw invalid('limit', 'a whole number from 1 to 1000', limit);
  }
  if (state !== undefined) checkChoice(state, PLAN_HISTORY_STATES, 'state');
  if (scope !== undefined) checkScope(scope, 'scope');
  const schedule = checkScheduleName(name, 'name');
  const page = await schedules.history({ ...options, schedule, limit });
  const isUnknown = page.plans.length === 0 && (await schedules.revisions(name)).length === 0;
  if (isUnknown) throw scheduleNotFound(name);
  return { ...page, plans: await withLiveAttempts(connections, page.plans) };
}

/** The ledger has attempts once their job is closed; until then its workflow tells them. */
function withLiveAttempts(
  connections: Connections,
  plans: readonly PlanRecord[],
): Promise<PlanRecord[]> {
  const until = performance.now() + PATIENCE_MS;
  let isAway = false;
  return eachAtOnce(plans, AT_ONCE, async (plan) => {
    const { jobId, generation = 1 } = plan;
    if (plan.state !== 'RUNNING' || jobId === undefined || isAway) return plan;
    try {
      const leftMs = Math.max(1, until - performance.now());
      const found = await within(leftMs, findLiveJob(connections, jobId, generation));
      // No orchestrator answers: it would not for the others.
      isAway ||= found?.live.phase === 'unattended';
      if (found === undefined) return plan;
      return { ...plan, attempts: [...plan.attempts, ...attemptsOf(generation, found)] };
    } catch (error) {
      // What is on record is told without Temporal, too.
      isAway ||= error instanceof TooSlow || isUnavailable(error);
      return plan;
    }
  });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'temporal_unavailable';
}

function attemptsOf(generation: number, { live, attempts }: FoundJob): PlanAttempt[] {
  const ended = attempts.map((attempt) => endedAttempt(generation, attempt));
  const { phase, epoch, node, since: startedAt } = live;
  if (phase !== 'running' || epoch === undefined) return ended;
  return [...ended, { ...UNKNOWN, generation, epoch, node, state: 'RUNNING', startedAt }];
}

const UNKNOWN = {
  incarnation: undefined,
  code: undefined,
  reason: undefined,
  endedAt: undefined,
  beatAt: undefined,
  rowsAffected: undefined,
  summary: undefined,
};

function endedAttempt(generation: number, attempt: AttemptRecord): PlanAttempt {
  const { epoch, node, outcome, reason, startedAt, endedAt, beatAt, ...rest } = attempt;
  return {
    ...{ ...UNKNOWN, ...rest, generation, epoch, node, reason },
    state: outcome === 'succeeded' ? 'SUCCESS' : 'FAILED',
    startedAt: startedAt === undefined ? undefined : new Date(startedAt),
    endedAt: new Date(endedAt),
    beatAt: beatAt === undefined ? undefined : new Date(beatAt),
  };
}
