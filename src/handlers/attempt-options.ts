import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import type { HoldfastError } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { FailoverPolicy, JobRequest, RetryPolicy } from '../domain/job.ts';
import { checkObject } from '../domain/check.ts';

/** How a failed handler is tried again. */
export interface RetryOptions {
  /** Failures at most, the first included. @default 3 */
  readonly maxAttempts?: number;
  /** The first wait and the longest; the wait doubles in between. @default ['1s', '60s'] */
  readonly backoff?: readonly [Duration, Duration];
  /** Names of error classes that are never retried, besides `NonRetryableError`. @default [] */
  readonly nonRetryable?: readonly string[];
}

/** {@link AttemptOptions} in milliseconds, as they go to the workflow. */
export type AttemptRequest = Pick<
  JobRequest,
  'timeoutMs' | 'heartbeatMs' | 'liveness' | 'failover' | 'retry'
>;

/** How attempts of a job are bounded and repeated. */
export interface AttemptOptions {
  /** Start to close of one attempt. @default '60s' */
  readonly timeout?: Duration;
  /**
   * Silence after which an attempt counts as lost. `'lease'`: it sends no heartbeats of its own and
   * is lost when the lease of its node is, so that a job costs fewer writes on the server.
   * @default '5s'
   */
  readonly heartbeat?: Duration | 'lease';
  /**
   * `maxAttempts`: re-dispatches of lost attempts. `crashBudget`: losses at most by the death of
   * the handler's own thread. @default { maxAttempts: 3, crashBudget: 3 }
   */
  readonly failover?: Partial<FailoverPolicy>;
  readonly retry?: RetryOptions;
}

/**
 * The options in milliseconds, as they go to the workflow.
 *
 * @param at names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function attemptRequest(
  { timeout, heartbeat, failover, retry }: AttemptOptions,
  at: string,
): AttemptRequest {
  return {
    ...(timeout === undefined ? {} : { timeoutMs: parseLimit(timeout, `${at}.timeout`) }),
    ...(heartbeat === undefined ? {} : heartbeatRequest(heartbeat, `${at}.heartbeat`)),
    ...(failover === undefined ? {} : { failover }),
    ...(retry === undefined ? {} : { retry: retryRequest(retry, `${at}.retry`) }),
  };
}

function heartbeatRequest(
  heartbeat: Duration | 'lease',
  path: string,
): Pick<JobRequest, 'heartbeatMs' | 'liveness'> {
  if (heartbeat === 'lease') return { liveness: 'lease' };
  return { heartbeatMs: parseLimit(heartbeat, path) };
}

/**
 * The milliseconds of a limit, at least one.
 *
 * @throws HoldfastError `invalid_input`
 */
export function parseLimit(duration: Duration, path: string): number {
  const ms = parseDuration(duration, path);
  if (ms > 0) return ms;
  throw invalid(path, 'at least 1ms', duration);
}

function retryRequest(retry: RetryOptions, at: string): Partial<RetryPolicy> {
  const { maxAttempts, backoff, nonRetryable } = checkObject(retry, at) ?? {};
  return {
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(backoff === undefined ? {} : parseBackoff(backoff, `${at}.backoff`)),
    ...(nonRetryable === undefined ? {} : { nonRetryable }),
  };
}

function parseBackoff(
  backoff: readonly [Duration, Duration],
  path: string,
): Pick<RetryPolicy, 'initialMs' | 'maxMs'> {
  if (!Array.isArray(backoff) || backoff.length !== 2) throw badBackoff(backoff, path);
  const initialMs = parseDuration(backoff[0], `${path}[0]`);
  const maxMs = parseDuration(backoff[1], `${path}[1]`);
  if (initialMs > maxMs) throw badBackoff(backoff, path);
  return { initialMs, maxMs };
}

function badBackoff(backoff: unknown, path: string): HoldfastError {
  return invalid(path, 'the first wait and the longest', backoff, "for example ['1s', '60s']");
}
