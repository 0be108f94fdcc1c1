import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { AttemptFailureDetail } from '../../domain/activities.ts';
import { ATTEMPT_FAILURE } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import type { HandlerError } from './handler-executor.ts';

const MESSAGE_LIMIT = 4_096;
const STACK_LIMIT = 8_192;
const NAME_LIMIT = 200;

/** The node takes no new work, or is stopping: the attempt is given back, uncounted. */
export function handedBack(place: AttemptPlace, why = 'it is stopping'): ApplicationFailure {
  return expected(ATTEMPT_FAILURE.handedBack, `node ${place.node}: ${why}`, place);
}

/** The attempt is lost: the node could not prove that it was alive, and stopped it. */
export function fenced(place: AttemptPlace): ApplicationFailure {
  const why = `node ${place.node} lost its lease and stopped the attempt`;
  return expected(ATTEMPT_FAILURE.fenced, why, place);
}

/** The node does not have the kind; the handler never started. */
export function refused(place: AttemptPlace, message: string): ApplicationFailure {
  return expected(ATTEMPT_FAILURE.refused, message, place);
}

/** The attempt is lost: what ran it is gone. */
export function threadDied(place: AttemptPlace, why: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: ATTEMPT_FAILURE.threadDied,
    message: clip(why, MESSAGE_LIMIT),
    nonRetryable: false,
    details: [place],
  });
}

/** The attempt is lost: it ran over its timeout. */
export function timedOut(place: AttemptPlace): ApplicationFailure {
  return expected(ATTEMPT_FAILURE.timedOut, 'the attempt ran over its timeout', place);
}

/** The handler threw, or its input or result could not be used; the type is the error's code. */
export function handlerFailed(place: AttemptPlace, error: HandlerError): ApplicationFailure {
  const stack = error.stack === undefined ? undefined : clip(error.stack, STACK_LIMIT);
  const detail: AttemptFailureDetail = {
    ...place,
    ...(error.name === undefined ? {} : { name: clip(error.name, NAME_LIMIT) }),
    ...(stack === undefined ? {} : { stack }),
    ...(error.elsewhere ? { elsewhere: true } : {}),
  };
  const failure = ApplicationFailure.create({
    type: error.code,
    message: clip(error.message, MESSAGE_LIMIT),
    nonRetryable: !error.retryable,
    details: [detail],
  });
  // The Web UI shows the failure's own stack: it shall be the handler's, not this function's.
  failure.stack = stack ?? '';
  return failure;
}

/** A failure by which a fleet works as it should: the SDK neither warns of it nor counts it. */
function expected(type: string, message: string, place: AttemptPlace): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message: clip(message, MESSAGE_LIMIT),
    nonRetryable: false,
    details: [place],
    category: ApplicationFailureCategory.BENIGN,
  });
}

/**
 * Bounded, because the server refuses failures over its limits and the attempt would then hang
 * until it times out; and well-formed, because a lone surrogate fails the SDK's whole worker, and
 * then that of the next node to run the job.
 */
function clip(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return Buffer.from(cut).toString();
}
