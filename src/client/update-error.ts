import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { HoldfastError, isErrorCode } from '../domain/errors.ts';
import type { TemporalPlace } from '../domain/temporal-error.ts';
import { temporalError } from '../domain/temporal-error.ts';

/**
 * The error of an update of a workflow: one that the workflow itself refused or failed with keeps
 * its code of the error table; anything else is Temporal's.
 */
export function updateError(error: unknown, place: TemporalPlace): HoldfastError {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure) {
    const code = isErrorCode(cause.type) ? cause.type : 'internal';
    return new HoldfastError(code, cause.message, { cause: error });
  }
  return temporalError(error, place);
}
