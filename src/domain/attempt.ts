import type { ErrorCode } from './errors.ts';
import type { FailoverPolicy, JobError, JobOutcome, JobSpec, RetryPolicy } from './job.ts';
import type { Json } from './json.ts';
import type { PlanCode } from './plan-code.ts';

/**
 * Why an attempt is held for lost: it went silent, it ran over time, its thread died, its node's
 * lease ran out, or its node could not reach Temporal and stopped it.
 */
export type LossReason =
  'heartbeat_timeout' | 'attempt_timeout' | 'thread_died' | 'node_lost' | 'node_fenced';

/** What became of one attempt, as data. */
export type AttemptOutcome =
  | { readonly kind: 'succeeded'; readonly result: Json }
  /** The handler threw, or its input or result could not be used. */
  | {
      readonly kind: 'failed';
      readonly error: JobError;
      readonly retryable: boolean;
      /** The handler asked for another node. */
      readonly elsewhere?: boolean;
    }
  | {
      readonly kind: 'lost';
      readonly reason: LossReason;
      /** Set when the loss is no fault of the job: why it does not count. */
      readonly excuse?: string;
      /** It counts as a failure of the handler, and is tried again as one. */
      readonly isFailure?: boolean;
    }
  /** The node was stopping and gave the attempt back. */
  | { readonly kind: 'handed_back' }
  /** The node does not have the kind, or lacks a key to read what was asked; the handler never started. */
  | { readonly kind: 'refused'; readonly message: string; readonly isUnread?: true }
  /** No node took it from its queue in time, or one had no slot; the handler never started. */
  | { readonly kind: 'not_taken' }
  /** `why`: undefined when the job was cancelled. */
  | { readonly kind: 'cancelled'; readonly why?: string };

/** Where and when an attempt ran, and what it said of itself, as far as it is known. */
export interface AttemptPlace {
  readonly node: string | undefined;
  /** Milliseconds since the Unix epoch, by the node's clock. */
  readonly startedAt: number | undefined;
  /** Which start of the node it was. */
  readonly incarnation?: string | undefined;
  /** Its last sign of life, by the node's clock; undefined when it ended before the first. */
  readonly beatAt?: number | undefined;
  /** How many rows its handler says that it has changed. */
  readonly rowsAffected?: number | undefined;
}

/** One attempt for the record: an attempts row, and a line of `jobs show`. */
export interface AttemptRecord extends AttemptPlace {
  readonly epoch: number;
  readonly outcome: Exclude<AttemptOutcome['kind'], 'refused' | 'not_taken'>;
  /** Why it was lost or failed, in words. */
  readonly reason: string | undefined;
  /** Of a schedule's run: why it did not succeed, as the record of schedules has it. */
  readonly code?: PlanCode | undefined;
  /** Of a schedule's run: the beginning of its result, as JSON text. */
  readonly summary?: string | undefined;
  /** Milliseconds since the Unix epoch, by the orchestrator's clock. */
  readonly endedAt: number;
}

/** What a job has spent so far. */
export interface AttemptCounts {
  /** Attempts that were lost. */
  readonly losses: number;
  /** Attempts whose handler failed. */
  readonly failures: number;
  /** Refusals in a row. */
  readonly refusals: number;
  /** Attempts whose handler killed its thread. */
  readonly crashes: number;
}

/** The counts of a job that has not run yet. */
export const NO_ATTEMPTS: AttemptCounts = { losses: 0, failures: 0, refusals: 0, crashes: 0 };

/** What the job's workflow does next. */
export type Decision =
  | { readonly kind: 'close'; readonly outcome: JobOutcome }
  /** The handler failed: run it again after a wait. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly why: string }
  /** The attempt was lost: dispatch the next one at once. */
  | { readonly kind: 'fail_over'; readonly why: LossReason }
  /** The attempt was handed back: dispatch the next one at once, uncounted. */
  | { readonly kind: 'dispatch_again'; readonly why: string }
  /** No attempt was spent: offer the same one again after a wait. */
  | { readonly kind: 'wait'; readonly afterMs: number; readonly why: string };

const REFUSAL_WAIT: Pick<RetryPolicy, 'initialMs' | 'maxMs'> = { initialMs: 500, maxMs: 30_000 };

/** The rule of the job's loop: what to do after an attempt, given what was spent before it. */
export function decide(
  spec: Pick<JobSpec, 'failover' | 'retry'>,
  before: AttemptCounts,
  outcome: AttemptOutcome,
): Decision {
  switch (outcome.kind) {
    case 'succeeded':
      return { kind: 'close', outcome: { state: 'succeeded', result: outcome.result } };
    case 'cancelled':
      return { kind: 'close', outcome: cancelled('the job was cancelled') };
    case 'handed_back':
      return { kind: 'dispatch_again', why: 'its node handed it back' };
    case 'not_taken':
      return { kind: 'dispatch_again', why: 'no node took it in time' };
    case 'refused':
      return {
        kind: 'wait',
        afterMs: backoffMs(REFUSAL_WAIT, before.refusals),
        why: outcome.message,
      };
    case 'failed':
      return afterFailure(spec.retry, before.failures, outcome);
    case 'lost':
      if (!isLoss(outcome)) return afterFailure(spec.retry, before.failures, asFailed(outcome));
      return afterLoss(spec.failover, before, outcome);
  }
}

/** What a schedule's run reports as its error when the last of its attempts ended so. */
function asFailed({ reason }: Lost): Extract<AttemptOutcome, { kind: 'failed' }> {
  const message =
    reason === 'thread_died' ? "the handler's thread died" : `its attempt was lost by ${reason}`;
  return { kind: 'failed', error: { code: 'job_failed', message }, retryable: true };
}

/** The counts after an attempt. */
export function count(before: AttemptCounts, outcome: AttemptOutcome): AttemptCounts {
  return {
    losses: before.losses + (isLoss(outcome) && outcome.excuse === undefined ? 1 : 0),
    failures: before.failures + (isFailure(outcome) ? 1 : 0),
    refusals: outcome.kind === 'refused' ? before.refusals + 1 : 0,
    crashes: before.crashes + (isCrash(outcome) ? 1 : 0),
  };
}

type Lost = Extract<AttemptOutcome, { kind: 'lost' }>;

function isLoss(outcome: AttemptOutcome): outcome is Lost {
  return outcome.kind === 'lost' && outcome.isFailure !== true;
}

function isFailure(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'failed' || (outcome.kind === 'lost' && outcome.isFailure === true);
}

/** How often a job was failed over: lost attempts that another one followed. */
export function failoversOf(attempts: readonly Pick<AttemptRecord, 'outcome'>[]): number {
  return attempts.slice(0, -1).filter(({ outcome }) => outcome === 'lost').length;
}

/** The outcome of a job that was cancelled. */
export function cancelled(message: string): JobOutcome {
  return { state: 'cancelled', error: { code: 'job_cancelled', message } };
}

/** The wait before the retry that follows this many failures: from the list, if there is one. */
function retryWaitMs(retry: RetryPolicy, failures: number): number {
  const { backoffMs: waits } = retry;
  if (waits === undefined) return backoffMs(retry, failures - 1);
  return waits[Math.min(failures, waits.length) - 1] ?? 0;
}

/** The wait before the next try after `tries` earlier ones: doubled each time, up to the longest. */
export function backoffMs(
  { initialMs, maxMs }: Pick<RetryPolicy, 'initialMs' | 'maxMs'>,
  tries: number,
): number {
  return Math.min(maxMs, initialMs * 2 ** Math.min(tries, 40));
}

function afterFailure(
  retry: RetryPolicy,
  failuresBefore: number,
  { error, retryable }: Extract<AttemptOutcome, { kind: 'failed' }>,
): Decision {
  const named = error.name !== undefined && retry.nonRetryable.includes(error.name);
  if (!retryable || named || failuresBefore + 1 >= retry.maxAttempts) {
    return { kind: 'close', outcome: { state: 'failed', error } };
  }
  return { kind: 'retry', afterMs: retryWaitMs(retry, failuresBefore + 1), why: error.message };
}

function afterLoss(
  { maxAttempts, crashBudget }: FailoverPolicy,
  before: AttemptCounts,
  loss: Lost,
): Decision {
  const { losses, crashes } = count(before, loss);
  if (isCrash(loss) && crashes >= crashBudget) {
    return fail('crash_budget', `its handler killed its thread ${timesText(crashes)}`);
  }
  if (losses <= maxAttempts) return { kind: 'fail_over', why: loss.reason };
  return fail(
    'failover_exhausted',
    `${losses} ${losses === 1 ? 'attempt was' : 'attempts were'} lost, the last by ${loss.reason}`,
  );
}

function isCrash(outcome: AttemptOutcome): boolean {
  return outcome.kind === 'lost' && outcome.reason === 'thread_died';
}

function fail(code: ErrorCode, message: string): Decision {
  return { kind: 'close', outcome: { state: 'failed', error: { code, message } } };
}

function timesText(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
