import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  patched,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { AttemptBeat, AttemptFailureDetail, AttemptReport } from '../domain/activities.ts';
import { ATTEMPT_FAILURE } from '../domain/activities.ts';
import type { AttemptOutcome, AttemptPlace } from '../domain/attempt.ts';
import { isErrorCode } from '../domain/errors.ts';
import type { JobError } from '../domain/job.ts';
import { FLEET_PATCH } from './patches.ts';

/** How an attempt ended, and where it ran as far as the ending tells. */
export interface AttemptEnding {
  readonly outcome: AttemptOutcome;
  readonly place: AttemptPlace;
}

/** The SDK's own words: cut off by a shutdown, by an operator's pause or reset; no `runJob`. */
const SDK_FAILURE = {
  workerShutdown: 'WorkerShutdown',
  paused: 'ActivityPause',
  reset: 'ActivityReset',
  noSuchActivity: 'NotFoundError',
} as const;

/** The attempt was taken from its node by no fault of the job. */
const HANDED_BACK: readonly unknown[] = [
  ATTEMPT_FAILURE.handedBack,
  SDK_FAILURE.workerShutdown,
  SDK_FAILURE.paused,
  SDK_FAILURE.reset,
];

const NOWHERE: AttemptPlace = { node: undefined, startedAt: undefined };

/** The ending of an attempt whose handler returned. */
export function endingOfReport({ result, ...place }: AttemptReport): AttemptEnding {
  return { outcome: { kind: 'succeeded', result }, place: placeOf(place) };
}

/** Another version of a node may say more of itself than is asked here. */
function placeOf(said: Partial<AttemptPlace>): AttemptPlace {
  const { node, startedAt, incarnation, beatAt, rowsAffected } = said;
  return {
    node,
    startedAt,
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(beatAt === undefined ? {} : { beatAt }),
    ...(rowsAffected === undefined ? {} : { rowsAffected }),
  };
}

/**
 * The ending of an attempt that threw.
 *
 * @throws the error itself when it is not the attempt's
 */
export function endingOfError(error: unknown): AttemptEnding {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { outcome: { kind: 'cancelled' }, place: NOWHERE };
  if (cause instanceof TimeoutFailure) return endingOfTimeout(cause);
  if (cause instanceof ApplicationFailure) return endingOfFailure(cause);
  // Such as a payload that the server refuses: the same again would end the same.
  const message = cause?.message ?? error.message;
  return {
    outcome: { kind: 'failed', retryable: false, error: { code: 'internal', message } },
    place: NOWHERE,
  };
}

function endingOfTimeout(timeout: TimeoutFailure): AttemptEnding {
  if (timeout.timeoutType === 'SCHEDULE_TO_START') {
    return { outcome: { kind: 'not_taken' }, place: NOWHERE };
  }
  const beat = timeout.lastHeartbeatDetails as AttemptBeat | undefined;
  const isSilence = timeout.timeoutType === 'HEARTBEAT';
  return {
    outcome: { kind: 'lost', reason: isSilence ? 'heartbeat_timeout' : 'attempt_timeout' },
    place: placeOf(beat ?? NOWHERE),
  };
}

function endingOfFailure(failure: ApplicationFailure): AttemptEnding {
  const detail = (failure.details?.[0] ?? {}) as Partial<AttemptFailureDetail>;
  return {
    outcome: outcomeOfFailure(failure, detail),
    place: placeOf(detail),
  };
}

function outcomeOfFailure(
  failure: ApplicationFailure,
  detail: Partial<AttemptFailureDetail>,
): AttemptOutcome {
  const { type, message } = failure;
  if (HANDED_BACK.includes(type)) {
    // Its node was full, or takes no work: no handler has started.
    const isUnstarted = detail.node !== undefined && detail.startedAt === undefined;
    return { kind: isUnstarted && patched(FLEET_PATCH) ? 'not_taken' : 'handed_back' };
  }
  if (type === ATTEMPT_FAILURE.refused || type === SDK_FAILURE.noSuchActivity) {
    return { kind: 'refused', message };
  }
  // The node could not read its dispatch.
  if (isUnreadable(type)) return { kind: 'refused', message, isUnread: true };
  if (type === ATTEMPT_FAILURE.threadDied) return { kind: 'lost', reason: 'thread_died' };
  if (type === ATTEMPT_FAILURE.fenced) return { kind: 'lost', reason: 'node_fenced' };
  if (type === ATTEMPT_FAILURE.timedOut) return { kind: 'lost', reason: 'attempt_timeout' };
  const retryable = failure.nonRetryable !== true;
  const elsewhere = detail.elsewhere === true ? { elsewhere: true } : {};
  return { kind: 'failed', retryable, error: errorOf(failure, detail), ...elsewhere };
}

/** An error of the codec, which no handler has seen. */
function isUnreadable(type: unknown): boolean {
  return type === 'encryption_key_missing' || type === 'payload_not_decryptable';
}

function errorOf(failure: ApplicationFailure, detail: Partial<AttemptFailureDetail>): JobError {
  return {
    code: isErrorCode(failure.type) ? failure.type : 'job_failed',
    message: failure.message,
    ...(detail.name === undefined ? {} : { name: detail.name }),
    ...(detail.stack === undefined ? {} : { stack: detail.stack }),
  };
}
