import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import { codeOf } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/job.ts';

/**
 * What the job's workflow throws for a job that did not succeed: an `ApplicationFailure` whose type
 * is the error code, or, so that Temporal shows the job as cancelled, a `CancelledFailure`.
 */
export function failure({ state, error }: Exclude<JobOutcome, { state: 'succeeded' }>): Error {
  if (state === 'cancelled') return new CancelledFailure(error.message, [error]);
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: true,
    details: [error],
  });
}

/**
 * Runs a pure function of the domain and turns what it throws into an `ApplicationFailure`;
 * any other error would be retried by the server for ever.
 */
export function orFail<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw ApplicationFailure.create({
      type: codeOf(error),
      message: error instanceof Error ? error.message : String(error),
      nonRetryable: true,
    });
  }
}
