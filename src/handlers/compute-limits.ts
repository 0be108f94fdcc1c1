import { HoldfastError, invalid } from '../domain/errors.ts';
import type { JobRequest } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { ConcurrencyOptions, LimitOptions, LimitRequest } from './limit-options.ts';
import { rateOf } from './limit-options.ts';

/** What a definition computes from an input, of the fields of a request. */
type ComputedRequest = Pick<LimitRequest, 'resources' | 'concurrency' | 'rate' | 'fairnessKey'>;

/** A definition, as far as it computes something. */
export type ComputingDefinition = Pick<JobRequest, 'kind' | 'pool'> &
  Pick<LimitOptions, keyof ComputedRequest>;

/**
 * What a definition's functions say of an input, as it goes to the workflow. The static options are in
 * the definition's `request`.
 *
 * @param input as the schema gives it back
 * @param given what somebody else has said: of these nothing is computed
 * @throws HoldfastError `invalid_input` naming the function that throws, or answers what is wrong
 */
export function computeLimits(
  definition: ComputingDefinition,
  input: unknown,
  given: Readonly<Record<string, unknown>>,
): ComputedRequest {
  const { kind, pool } = definition;
  const at = `defineJob(${kind})`;
  const options = definition as LimitOptions<unknown>;
  const isLeft = (name: keyof ComputedRequest) => given[name] == null;
  const call = <Value>(name: string, compute: (input: unknown) => Value): Value =>
    called(`${at}.${name}`, compute, input);
  const { resources, fairnessKey } = options;
  const computed: ComputedRequest = {
    ...(isLeft('resources') && typeof resources === 'function'
      ? { resources: call('resources', resources) }
      : {}),
    ...(isLeft('concurrency') ? concurrencyOf(options.concurrency, call) : {}),
    ...(isLeft('rate') ? computedRate(definition, at, call) : {}),
    ...(isLeft('fairnessKey') && typeof fairnessKey === 'function'
      ? { fairnessKey: call('fairnessKey', fairnessKey) }
      : {}),
  };
  // Only what was computed can be wrong here, and the error names its place.
  if (Object.keys(computed).length > 0) {
    resolveJobSpec('check', 1, { kind, pool, input: null, ...computed }, `${at}.`);
  }
  return computed;
}

type Call = <Value>(name: string, compute: (input: unknown) => Value) => Value;

function concurrencyOf(
  concurrency: ConcurrencyOptions<unknown> | undefined,
  call: Call,
): Pick<ComputedRequest, 'concurrency'> {
  const { key, limit } = concurrency ?? {};
  if (typeof key !== 'function' || limit === undefined) return {};
  return { concurrency: { key: call('concurrency.key', key), limit } };
}

function computedRate(
  definition: LimitOptions,
  at: string,
  call: Call,
): Pick<ComputedRequest, 'rate'> {
  const rate = rateOf(definition, at);
  if (typeof rate?.key !== 'function') return {};
  return { rate: { ...rate, key: call('rate.key', rate.key) } };
}

function called<Value>(
  path: string,
  compute: (input: unknown) => Value,
  input: unknown,
): NonNullable<Value> {
  let value: Value;
  try {
    value = compute(input);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = `${path}: expected a value for this input, got a function that throws: ${why}`;
    throw new HoldfastError('invalid_input', message, { details: { path }, cause: error });
  }
  if (typeof (value as { then?: unknown } | null | undefined)?.then === 'function') {
    // It is not waited for, and its rejection is of no interest.
    Promise.resolve(value).catch(() => undefined);
    throw invalid(path, 'a value at once', 'a promise', 'the function must not be async');
  }
  // Left out it would count as not asked for.
  if (value === undefined || value === null) throw invalid(path, 'a value', value);
  return value;
}
