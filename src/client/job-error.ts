import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/client';
import { HoldfastError, isErrorCode } from '../domain/errors.ts';
import type { JobError } from '../domain/job.ts';

/** Why a job's workflow did not succeed. */
export function jobErrorOf({ cause }: WorkflowFailedError): JobError {
  if (cause instanceof ApplicationFailure) {
    const stored = cause.details?.[0] as JobError | undefined;
    if (stored !== undefined && isErrorCode(stored.code)) return stored;
    return {
      code: isErrorCode(cause.type) ? cause.type : 'job_failed',
      message: cause.message,
    };
  }
  if (cause instanceof CancelledFailure) {
    return { code: 'job_cancelled', message: 'the job was cancelled' };
  }
  return { code: 'job_terminated', message: cause?.message ?? 'its workflow was ended by force' };
}

/** A job's error as one that can be thrown; the handler's class and stack are in its details. */
export function toHoldfastError(id: string, error: JobError): HoldfastError {
  const { code, message } = error;
  const isNamed = message.startsWith(`job ${id} `);
  return new HoldfastError(code, isNamed ? message : `job ${id}: ${message}`, {
    hint: `see \`holdfast jobs show ${id}\``,
    details: { job: id, name: error.name, stack: error.stack },
  });
}
