import type { Duration } from '../domain/duration.ts';
import { checkObject } from '../domain/check.ts';
import { invalid } from '../domain/errors.ts';
import type { JobRequest } from '../domain/job.ts';
import { parseLimit } from './attempt-options.ts';

/**
 * A value, or a function that computes it from the input as the schema gives it back. It is called
 * once, when the job is submitted.
 */
// A method's type, so that a definition of one input passes for a definition of any.
export type Computed<Input, Value> = Value | { compute(input: Input): Value }['compute'];

/** At most so many jobs of a key run at the same time. */
export interface ConcurrencyOptions<Input = never> {
  /** Jobs of the same key share the limit, whatever their kind. @default the kind */
  readonly key?: Computed<Input, string>;
  /** A whole number from 1; the one that was asked for last counts. */
  readonly limit: number;
}

/** At most so many jobs of a key start within any stretch of time. */
export interface RateOptions<Input = never> {
  /** Jobs of the same key share the rate, whatever their kind. @default the kind */
  readonly key?: Computed<Input, string>;
  /** A whole number from 1 to 10,000. */
  readonly limit: number;
  /** The stretch of time. */
  readonly per: Duration;
}

/** What a job needs and waits for before it runs, and who goes first. */
export interface LimitOptions<Input = never> {
  /**
   * How much of which resources it holds while it runs, by their names: all of it, or it waits. See
   * docs/limits.md. @default {}
   */
  readonly resources?: Computed<Input, Readonly<Record<string, number>>>;
  /** @default no limit */
  readonly concurrency?: ConcurrencyOptions<Input>;
  /** @default no limit */
  readonly rate?: RateOptions<Input>;
  /** Who goes first, for resources and on the queues of nodes: 1 before 5. @default 3 */
  readonly priority?: 1 | 2 | 3 | 4 | 5;
  /**
   * Jobs that wait on a queue are taken in turn over these keys, such as a tenant; at most 64 bytes.
   * @default none
   */
  readonly fairnessKey?: Computed<Input, string>;
  /** How many slots of its node an attempt takes. @default 1 */
  readonly slots?: number;
  /** How long after it was opened the job must have ended; then it fails with `deadline_exceeded`. @default '24h' */
  readonly deadline?: Duration;
}

/** The fields of a request that {@link LimitOptions} fill. */
export type LimitRequest = Pick<
  JobRequest,
  'resources' | 'concurrency' | 'rate' | 'priority' | 'fairnessKey' | 'slots' | 'deadlineMs'
>;

/** The options, with every function's value in its place. */
type GivenLimits = LimitOptions<unknown>;

/**
 * The options as they go to the workflow, but for those that are computed from the input.
 *
 * @param at names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function limitRequest(options: LimitOptions, at: string): LimitRequest {
  const { resources, priority, fairnessKey, slots, deadline } = options as GivenLimits;
  return {
    ...(isStatic(resources) ? { resources } : {}),
    ...concurrencyRequest(options, at),
    ...rateRequest(options, at),
    ...(priority === undefined ? {} : { priority }),
    ...(isStatic(fairnessKey) ? { fairnessKey } : {}),
    ...(slots === undefined ? {} : { slots }),
    ...(deadline === undefined ? {} : { deadlineMs: parseLimit(deadline, `${at}.deadline`) }),
  };
}

function concurrencyRequest(options: LimitOptions, at: string): Pick<LimitRequest, 'concurrency'> {
  const given = checkObject((options as GivenLimits).concurrency, `${at}.concurrency`);
  if (given === undefined || typeof given.key === 'function') return {};
  const { key, limit } = given;
  return { concurrency: { ...(key === undefined ? {} : { key }), limit } };
}

function rateRequest(options: LimitOptions, at: string): Pick<LimitRequest, 'rate'> {
  const rate = rateOf(options, at);
  if (rate === undefined || typeof rate.key === 'function') return {};
  const { key, limit, windowMs } = rate;
  return { rate: { ...(key === undefined ? {} : { key }), limit, windowMs } };
}

/** The rate with its window in milliseconds; its key may be computed. */
export function rateOf(
  options: LimitOptions,
  at: string,
): (Pick<RateOptions<unknown>, 'key' | 'limit'> & { readonly windowMs: number }) | undefined {
  const rate = checkObject((options as GivenLimits).rate, `${at}.rate`);
  if (rate === undefined) return undefined;
  const { key, limit, per } = rate;
  const windowMs = parseLimit(per, `${at}.rate.per`);
  return { ...(key === undefined ? {} : { key }), limit, windowMs };
}

/**
 * Options of a submit, where the input is at hand.
 *
 * @throws HoldfastError `invalid_input` for a function
 */
export function submittedLimits(options: LimitOptions, at: string): LimitRequest {
  const { resources, concurrency, rate, fairnessKey } = options as GivenLimits;
  const given = {
    resources,
    'concurrency.key': concurrency?.key,
    'rate.key': rate?.key,
    fairnessKey,
  };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'function') continue;
    const hint = 'only a definition computes it from the input; give the value';
    throw invalid(`${at}.${name}`, 'a value', value, hint);
  }
  return limitRequest(options, at);
}

function isStatic<Value>(
  given: Value | undefined,
): given is Exclude<Value, (...args: never[]) => unknown> {
  return given !== undefined && typeof given !== 'function';
}
