import type { StandardSchemaV1 } from '@standard-schema/spec';
import { invalid } from '../domain/errors.ts';
import type { JobError, JobRequest, Placement } from '../domain/job.ts';
import { checkCount, checkName } from '../domain/check.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { AttemptOptions, AttemptRequest } from './attempt-options.ts';
import { attemptRequest } from './attempt-options.ts';
import type { JsonOf } from './json-of.ts';
import type { HandlerContext } from './handler-context.ts';
import type { LimitOptions, LimitRequest } from './limit-options.ts';
import { limitRequest } from './limit-options.ts';
import type { PlacementOptions, PlacementRequest } from './placement-options.ts';
import { placementRequest } from './placement-options.ts';
import type { RecordOptions, RecordRequest } from './record-options.ts';
import { recordRequest } from './record-options.ts';

/** A kind of job: what {@link defineJob} takes. */
export interface JobOptions<Schema extends StandardSchemaV1, Result>
  extends
    AttemptOptions,
    PlacementOptions,
    RecordOptions,
    LimitOptions<StandardSchemaV1.InferOutput<Schema>> {
  /** The name of the handler, unique among the nodes of a pool. */
  readonly kind: string;
  /** The pool whose nodes run it. */
  readonly pool: string;
  /**
   * What its jobs are given and do is nobody's business: no log and no error holds a value of an input, and
   * of what the handler throws, the class is all that is told, in the record too. Of a line that the
   * handler logs itself, the message is kept and the fields are dropped. @default false
   */
  readonly secret?: boolean;
  /** Any Standard Schema (zod, valibot, arktype…): checked at submit and again on the node. */
  readonly input: Schema;
  /** The handler. What it returns must be JSON of at most 2,000,000 bytes. */
  run(input: StandardSchemaV1.InferOutput<Schema>, ctx: HandlerContext): Promise<Result> | Result;
}

const BRAND = Symbol.for('holdfast.job');

/** A defined kind: submit it with a client, and run it on a node. */
export interface JobDefinition<
  Schema extends StandardSchemaV1 = StandardSchemaV1,
  Result = unknown,
> extends JobOptions<Schema, Result> {
  /** The options in milliseconds, as they go to the workflow, but for those computed from the input. */
  readonly request: Pick<JobRequest, 'kind' | 'pool'> &
    AttemptRequest &
    PlacementRequest &
    RecordRequest &
    LimitRequest;
}

/** What a job of placement `each` results in: what became of it on each node, by the node's name. */
export interface EachResult<Result> {
  readonly nodes: Readonly<
    Record<
      string,
      | { readonly state: 'succeeded'; readonly result: Result }
      /** The node went, or took no more work, before the handler returned. */
      | { readonly state: 'left'; readonly error: JobError }
    >
  >;
}

/** The input that a definition's schema takes. */
export type InputOf<Definition> =
  Definition extends JobDefinition<infer Schema, unknown>
    ? StandardSchemaV1.InferInput<Schema>
    : never;

/** What a definition's handler returns, as JSON brings it back. */
export type ResultOf<Definition> =
  Definition extends JobDefinition<StandardSchemaV1, infer Result>
    ? JsonOf<Awaited<Result>>
    : never;

/**
 * Defines a kind of job.
 *
 * @example
 * export const greet = defineJob({
 *   kind: 'greet',
 *   pool: 'default',
 *   input: z.object({ name: z.string() }),
 *   run: ({ name }) => ({ text: `Hello, ${name}` }),
 * });
 * @throws HoldfastError `invalid_input` naming the option that is wrong
 */
export function defineJob<
  Schema extends StandardSchemaV1,
  Result,
  const Place extends Placement = 'any',
>(
  options: JobOptions<Schema, Result> & { readonly placement?: Place },
): JobDefinition<Schema, Result> & { readonly placement?: Place } {
  const at = `defineJob(${typeof options.kind === 'string' ? options.kind : '?'})`;
  checkName(options.kind, `${at}.kind`);
  checkName(options.pool, `${at}.pool`);
  const { run, secret } = options as { run?: unknown; secret?: unknown };
  if (secret !== undefined && typeof secret !== 'boolean') {
    throw invalid(`${at}.secret`, 'true or false', secret);
  }
  if (typeof run !== 'function') throw invalid(`${at}.run`, 'a function', run);
  if (!isSchema(options.input)) {
    throw invalid(`${at}.input`, 'a Standard Schema', options.input, 'for example z.object({ … })');
  }
  const { kind, pool } = options;
  const request = {
    kind,
    pool,
    ...attemptRequest(options, at),
    ...placementRequest(options, at),
    ...recordRequest(options, at),
    ...limitRequest(options, at),
  };
  checkComputed(options, at);
  resolveJobSpec('check', 1, { ...request, input: null }, `${at}.`);
  return Object.freeze({ ...options, request, [BRAND]: true });
}

/** What is fixed of an option that is computed is checked now, and the rest with each input. */
function checkComputed(
  { concurrency, rate }: Pick<LimitOptions, 'concurrency' | 'rate'>,
  at: string,
): void {
  for (const [name, limit] of Object.entries({ concurrency, rate })) {
    if (typeof limit?.key === 'function') checkCount(limit.limit, `${at}.${name}.limit`, 1);
  }
}

function isSchema(value: unknown): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    '~standard' in value
  );
}

/** True for what {@link defineJob} made, also when another copy of Holdfast made it. */
export function isJobDefinition(value: unknown): value is JobDefinition {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** Thrown by a handler to fail its job at once, without a retry. */
export class NonRetryableError extends Error {
  override readonly name: string = 'NonRetryableError';
  /** Read instead of the class, so that another copy of Holdfast is understood too. */
  readonly nonRetryable = true;
}

/**
 * Thrown by a handler to have its job tried again on another node, as long as there is one: this
 * one's disk is full, its driver hangs, its network cannot reach the customer. It counts as any
 * failure does. Setting `retryElsewhere` to true on an error of another class does the same.
 */
export class RetryElsewhereError extends Error {
  override readonly name: string = 'RetryElsewhereError';
  /** Read instead of the class, so that another copy of Holdfast is understood too. */
  readonly retryElsewhere = true;
}
