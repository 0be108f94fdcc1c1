import { checkCount, checkFields, checkTexts } from './check.ts';
import { parseDuration } from './duration.ts';
import { invalid, show } from './errors.ts';
import type {
  FailoverPolicy,
  JobRequest,
  PendingPolicy,
  Pin,
  RateLimit,
  RetryPolicy,
} from './job.ts';
import { JOB_DEFAULTS } from './job-spec.ts';
import type { Json } from './json.ts';

/** The fields of a schedule that its runs are started with. */
export const REQUEST_FIELDS = [
  'kind',
  'pool',
  'input',
  'runTimeout',
  'heartbeat',
  'retry',
  'failover',
  'labels',
  'preferLabels',
  'pin',
  'placement',
  'pending',
  'priority',
  'fairnessKey',
  'resources',
  'concurrency',
  'rate',
  'slots',
  'deadline',
] as const;

type Given = Readonly<Partial<Record<(typeof REQUEST_FIELDS)[number], unknown>>>;

const RUN_TIMEOUT = '1h';

/**
 * What the runs of a schedule are started with: durations become milliseconds. What they have in
 * common with any submit, is left to the check of that.
 *
 * @throws HoldfastError `invalid_input`
 */
export function resolveRunRequest(
  given: Given,
  { at, staleReentry }: { readonly at: string; readonly staleReentry: boolean },
): Omit<JobRequest, 'plan'> {
  const timeoutMs = positive(given.runTimeout ?? RUN_TIMEOUT, `${at}runTimeout`);
  const passed = ['labels', 'preferLabels', 'placement', 'priority', 'fairnessKey'] as const;
  const alsoPassed = ['resources', 'concurrency', 'slots'] as const;
  const asGiven = [...passed, ...alsoPassed].filter((name) => given[name] !== undefined);
  return {
    kind: given.kind as string,
    pool: given.pool as string,
    input: (given.input ?? null) as Json,
    timeoutMs,
    ...resolveHeartbeat(given, timeoutMs, at),
    ...resolveFailover(given, staleReentry, at),
    ...(given.retry === undefined ? {} : { retry: resolveRetry(given.retry, `${at}retry`) }),
    ...(given.pin === undefined ? {} : { pin: resolvePin(given.pin, `${at}pin`) }),
    ...(given.pending === undefined
      ? {}
      : { pending: resolvePending(given.pending, `${at}pending`) }),
    ...(given.rate === undefined ? {} : { rate: resolveRate(given.rate, `${at}rate`) }),
    deadlineMs: resolveDeadline(given, timeoutMs, at),
    ...(Object.fromEntries(asGiven.map((name) => [name, given[name]])) as Partial<JobRequest>),
  };
}

function resolveHeartbeat(
  { heartbeat, runTimeout }: Given,
  timeoutMs: number,
  at: string,
): Pick<JobRequest, 'heartbeatMs' | 'liveness'> {
  if (heartbeat === 'lease') return { liveness: 'lease' };
  // A run that may not take longer than our heartbeat timeout has its own end for a sign of life.
  if (heartbeat === undefined)
    return { heartbeatMs: Math.min(JOB_DEFAULTS.heartbeatMs, timeoutMs) };
  const heartbeatMs = positive(heartbeat, `${at}heartbeat`);
  if (heartbeatMs < timeoutMs) return { heartbeatMs };
  const limit = show(runTimeout ?? RUN_TIMEOUT);
  throw invalid(`${at}heartbeat`, `shorter than the run timeout, ${limit}`, heartbeat);
}

function resolveFailover(
  { failover }: Given,
  staleReentry: boolean,
  at: string,
): Pick<JobRequest, 'failover'> {
  if (failover === undefined) return staleReentry ? {} : { failover: { maxAttempts: 0 } };
  if (!staleReentry) {
    throw invalid(`${at}failover`, 'no failover where staleReentry is false', failover);
  }
  const fields = checkFields(failover, ['maxAttempts', 'crashBudget'], `${at}failover`);
  return { failover: fields as Partial<FailoverPolicy> };
}

function resolveRetry(value: unknown, path: string): Partial<RetryPolicy> {
  const given = checkFields(value, ['maxAttempts', 'backoff', 'nonRetryable'], path);
  const { maxAttempts, backoff, nonRetryable } = given;
  return {
    ...(maxAttempts === undefined
      ? {}
      : { maxAttempts: checkCount(maxAttempts, `${path}.maxAttempts`, 1) }),
    ...(backoff === undefined ? {} : { backoffMs: resolveBackoff(backoff, `${path}.backoff`) }),
    ...(nonRetryable === undefined
      ? {}
      : { nonRetryable: checkTexts(nonRetryable, `${path}.nonRetryable`) }),
  };
}

function resolveBackoff(value: unknown, path: string): readonly number[] {
  if (!Array.isArray(value)) throw invalid(path, 'a list of durations', value);
  return value.map((each, index) => parseDuration(each, `${path}[${index}]`));
}

function resolvePin(value: unknown, path: string): Pick<Pin, 'node'> & Partial<Pin> {
  const given = typeof value === 'string' ? { node: value } : value;
  const { after, ...pin } = checkFields(given, ['node', 'onOffline', 'after'], path);
  if (after !== undefined && (pin.onOffline ?? 'wait') === 'wait') {
    throw invalid(`${path}.after`, 'nothing where the job waits for its node', after);
  }
  const wait = after === undefined ? {} : { afterMs: parseDuration(after, `${path}.after`) };
  return { ...(pin as Pick<Pin, 'node'>), ...wait };
}

function resolvePending(value: unknown, path: string): Partial<PendingPolicy> {
  const { alarmAfter, failAfter } = checkFields(value, ['alarmAfter', 'failAfter'], path);
  return {
    ...(alarmAfter === undefined
      ? {}
      : { alarmAfterMs: positive(alarmAfter, `${path}.alarmAfter`) }),
    ...(failAfter === undefined ? {} : { failAfterMs: positive(failAfter, `${path}.failAfter`) }),
  };
}

function resolveRate(
  value: unknown,
  path: string,
): Partial<RateLimit> & Pick<RateLimit, 'limit' | 'windowMs'> {
  const { key, limit, window } = checkFields(value, ['key', 'limit', 'window'], path);
  return {
    ...(key === undefined ? {} : { key: key as string }),
    limit: checkCount(limit, `${path}.limit`, 1),
    windowMs: positive(window, `${path}.window`),
  };
}

/** A run may wait for a node for a day, and longer where a single attempt may take that long. */
function resolveDeadline({ deadline, runTimeout }: Given, timeoutMs: number, at: string): number {
  if (deadline === undefined) return Math.max(JOB_DEFAULTS.deadlineMs, 2 * timeoutMs);
  const deadlineMs = positive(deadline, `${at}deadline`);
  if (deadlineMs >= timeoutMs) return deadlineMs;
  const limit = show(runTimeout ?? RUN_TIMEOUT);
  throw invalid(`${at}deadline`, `no shorter than the run timeout, ${limit}`, deadline);
}

function positive(value: unknown, path: string): number {
  const ms = parseDuration(value, path);
  if (ms > 0) return ms;
  throw invalid(path, 'longer than 0', value);
}
