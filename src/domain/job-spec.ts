import { checkChoice, checkCount, checkName, checkObject, checkTexts } from './check.ts';
import { invalid } from './errors.ts';
import type {
  FailoverPolicy,
  JobRequest,
  JobSpec,
  PendingPolicy,
  Pin,
  PlanRun,
  RetryPolicy,
  SessionSlot,
} from './job.ts';
import { LIVENESSES, ON_OFFLINE, OVERLAPS, PLACEMENTS, RECONCILES } from './job.ts';
import type { Json } from './json.ts';
import { isTooDeep, JSON_DEPTH_LIMIT } from './json.ts';
import { checkLabels } from './labels.ts';
import { resolveNeeds, resolveRate } from './need.ts';
import { checkIndex } from './session.ts';

/** The defaults of a job's options. */
export const JOB_DEFAULTS = {
  timeoutMs: 60_000,
  heartbeatMs: 5_000,
  failover: { maxAttempts: 3, crashBudget: 3 },
  pending: { alarmAfterMs: 300_000, failAfterMs: undefined, reassignAfterMs: 300_000 },
  priority: 3,
  slots: 1,
  deadlineMs: 86_400_000,
  retry: { maxAttempts: 3, initialMs: 1_000, maxMs: 60_000, nonRetryable: [] },
} as const satisfies Partial<JobSpec>;

/**
 * The request with every default filled in, checked field by field.
 *
 * @param at stands before the field's name in the error
 * @throws HoldfastError `invalid_input` naming the first field that is wrong
 */
export function resolveJobSpec(
  id: string,
  generation: number,
  request: JobRequest,
  at = '',
): JobSpec {
  const { timeoutMs, heartbeatMs } = JOB_DEFAULTS;
  const pin = resolvePin(request.pin, `${at}pin`);
  const placement = checkChoice(request.placement ?? 'any', PLACEMENTS, `${at}placement`);
  if (pin !== undefined && placement === 'each') {
    throw invalid(`${at}pin`, 'no pin on a job of placement "each"', pin.node);
  }
  return {
    id: checkName(id, `${at}id`),
    generation,
    kind: checkName(request.kind, `${at}kind`),
    pool: checkName(request.pool, `${at}pool`),
    input: checkDepth(request.input ?? null, `${at}input`),
    timeoutMs: checkCount(request.timeoutMs ?? timeoutMs, `${at}timeoutMs`, 1),
    heartbeatMs: checkCount(request.heartbeatMs ?? heartbeatMs, `${at}heartbeatMs`, 1),
    failover: resolveFailover(request.failover, `${at}failover`),
    retry: resolveRetry(request.retry, `${at}retry`),
    session: checkSession(request.session, `${at}session`),
    pin,
    labels: checkLabels(request.labels, `${at}labels`),
    preferLabels: checkLabels(request.preferLabels, `${at}preferLabels`),
    placement,
    liveness: checkChoice(request.liveness ?? 'heartbeat', LIVENESSES, `${at}liveness`),
    pending: resolvePending(request.pending, `${at}pending`),
    reconcile: checkChoice(request.reconcile ?? 'first', RECONCILES, `${at}reconcile`),
    horizonMs: checkOptional(request.horizonMs, `${at}horizonMs`, 0),
    ...resolveLimits(request, placement, at),
    plan: checkPlan(request.plan, `${at}plan`),
  };
}

/** What a job waits for before it runs. Of one that runs on each node, the jobs there do. */
function resolveLimits(
  request: JobRequest,
  placement: JobSpec['placement'],
  at: string,
): Pick<JobSpec, 'needs' | 'rate' | 'priority' | 'fairnessKey' | 'slots' | 'deadlineMs'> {
  const { priority, slots, deadlineMs } = JOB_DEFAULTS;
  const needs = resolveNeeds(request, at);
  const rate = resolveRate(request, at);
  return {
    needs: placement === 'each' ? [] : needs,
    rate: placement === 'each' ? undefined : rate,
    priority: checkPriority(request.priority ?? priority, `${at}priority`),
    fairnessKey: checkFairnessKey(request.fairnessKey, `${at}fairnessKey`),
    slots: checkCount(request.slots ?? slots, `${at}slots`, 1),
    deadlineMs: checkCount(request.deadlineMs ?? deadlineMs, `${at}deadlineMs`, 1),
  };
}

function checkPriority(given: number, path: string): number {
  if (checkCount(given, path, 1) <= 5) return given;
  throw invalid(path, 'a whole number from 1 (first) to 5 (last)', given);
}

/** The limit of the server, which counts bytes. */
const FAIRNESS_KEY_BYTES = 64;

function checkFairnessKey(given: string | null | undefined, path: string): string | undefined {
  if (given === undefined || given === null) return undefined;
  const key = checkName(given, path);
  if (bytesOf(key) <= FAIRNESS_KEY_BYTES) return key;
  throw invalid(path, `at most ${FAIRNESS_KEY_BYTES} bytes of UTF-8`, key);
}

/** The isolate has neither Buffer nor TextEncoder. */
function bytesOf(text: string): number {
  return encodeURIComponent(text).replaceAll(/%../g, '_').length;
}

function resolvePin(given: JobRequest['pin'], at: string): Pin | undefined {
  const pin = checkObject(given, at);
  if (pin === undefined) return undefined;
  return {
    node: checkName(pin.node, `${at}.node`),
    onOffline: checkChoice(pin.onOffline ?? 'wait', ON_OFFLINE, `${at}.onOffline`),
    afterMs: checkCount(pin.afterMs ?? 0, `${at}.afterMs`, 0),
  };
}

function resolvePending(given: JobRequest['pending'], at: string): PendingPolicy {
  const pending = checkObject(given, at) ?? {};
  const { alarmAfterMs, reassignAfterMs } = JOB_DEFAULTS.pending;
  return {
    alarmAfterMs: checkCount(pending.alarmAfterMs ?? alarmAfterMs, `${at}.alarmAfterMs`, 1),
    failAfterMs: checkOptional(pending.failAfterMs, `${at}.failAfterMs`, 1),
    reassignAfterMs: checkCount(
      pending.reassignAfterMs ?? reassignAfterMs,
      `${at}.reassignAfterMs`,
      1,
    ),
  };
}

/** A count, or undefined when it was left out; clients in other languages send null for that. */
function checkOptional(
  given: number | null | undefined,
  path: string,
  least: number,
): number | undefined {
  return given === undefined || given === null ? undefined : checkCount(given, path, least);
}

function checkDepth(input: Json, path: string): Json {
  if (!isTooDeep(input)) return input;
  throw invalid(path, `at most ${JSON_DEPTH_LIMIT} levels of arrays and objects`, 'more');
}

function resolveFailover(failover: JobRequest['failover'], at: string): FailoverPolicy {
  const given = checkObject(failover, at) ?? {};
  const { maxAttempts, crashBudget } = JOB_DEFAULTS.failover;
  return {
    maxAttempts: checkCount(given.maxAttempts ?? maxAttempts, `${at}.maxAttempts`, 0),
    crashBudget: checkCount(given.crashBudget ?? crashBudget, `${at}.crashBudget`, 1),
  };
}

function resolveRetry(retry: JobRequest['retry'], at: string): RetryPolicy {
  const given = checkObject(retry, at) ?? {};
  const { maxAttempts, initialMs, maxMs, nonRetryable } = JOB_DEFAULTS.retry;
  const { backoffMs } = given;
  return {
    ...(backoffMs == null ? {} : { backoffMs: checkWaits(backoffMs, `${at}.backoffMs`) }),
    maxAttempts: checkCount(given.maxAttempts ?? maxAttempts, `${at}.maxAttempts`, 1),
    initialMs: checkCount(given.initialMs ?? initialMs, `${at}.initialMs`, 0),
    maxMs: checkCount(given.maxMs ?? maxMs, `${at}.maxMs`, 0),
    nonRetryable: checkTexts(given.nonRetryable ?? nonRetryable, `${at}.nonRetryable`),
  };
}

function checkWaits(waits: unknown, path: string): readonly number[] {
  if (!Array.isArray(waits)) throw invalid(path, 'a list of milliseconds', waits);
  return waits.map((ms, at) => checkCount(ms, `${path}[${at}]`, 0));
}

function checkPlan(given: PlanRun | null | undefined, at: string): PlanRun | undefined {
  const plan = checkObject(given, at);
  if (plan === undefined) return undefined;
  return {
    schedule: checkName(plan.schedule, `${at}.schedule`),
    scope: checkName(plan.scope, `${at}.scope`),
    time: checkName(plan.time, `${at}.time`),
    revision: checkCount(plan.revision, `${at}.revision`, 1),
    overlap: checkChoice(plan.overlap, OVERLAPS, `${at}.overlap`),
  };
}

function checkSession(given: SessionSlot | undefined, at: string): SessionSlot | undefined {
  const session = checkObject(given, at);
  if (session === undefined) return undefined;
  const { replaces } = session;
  return {
    id: checkName(session.id, `${at}.id`),
    index: checkIndex(session.index, `${at}.index`),
    ...(replaces == null ? {} : { replaces: checkName(replaces, `${at}.replaces`) }),
  };
}
