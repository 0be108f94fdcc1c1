import { CancelledFailure } from '@temporalio/common';
import type { AttemptReport } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import { fenced, handedBack, handlerFailed, threadDied, timedOut } from './attempt-failure.ts';
import type { StopCause } from './attempt-stop.ts';
import type { HandlerEnd } from './handler-executor.ts';

/** What a node answers the server about an attempt. */
export type AttemptVerdict =
  | { readonly outcome: 'succeeded'; readonly report: AttemptReport }
  /** A result of an attempt that may have been given up; why, in words, for the log. */
  | { readonly outcome: 'late'; readonly reason: string; readonly report: AttemptReport }
  | {
      readonly outcome: 'failed' | 'lost' | 'handed_back' | 'cancelled';
      /** Why, in words, for the log. */
      readonly reason: string;
      /** What the activity throws. */
      readonly failure: Error;
    };

/**
 * The answer for a run that ended so. A result is one whatever happened, if perhaps a late one;
 * anything else that comes after a cause to stop is that cause's doing.
 *
 * @param cancellation what the SDK's cancellation signal was aborted with, if it was
 */
export function verdictOn(
  end: HandlerEnd,
  cause: StopCause | undefined,
  place: AttemptPlace,
  cancellation: Error | undefined,
): AttemptVerdict {
  if (end.kind === 'returned') {
    const report = { ...place, result: end.result };
    return isGivenUp(cause)
      ? { outcome: 'late', reason: cause, report }
      : { outcome: 'succeeded', report };
  }
  switch (cause) {
    case undefined:
      return verdictOnFailure(end, place);
    case 'cancelled':
    case 'not_ours':
      return {
        outcome: cause === 'cancelled' ? 'cancelled' : 'lost',
        reason: cause,
        failure: cancellation ?? new CancelledFailure(cause),
      };
    case 'node_stopping':
      return { outcome: 'handed_back', reason: 'node_stopping', failure: handedBack(place) };
    case 'node_drained': {
      const why = 'its drain has come to the deadline';
      return { outcome: 'handed_back', reason: cause, failure: handedBack(place, why) };
    }
    case 'node_fenced':
      return { outcome: 'lost', reason: 'node_fenced', failure: fenced(place) };
    case 'over_time':
      return {
        outcome: 'lost',
        reason: 'attempt_timeout',
        failure: timedOut(place),
      };
  }
}

/** Whether the attempt may have a successor by now, or the server does not wait for it any more. */
function isGivenUp(cause: StopCause | undefined): cause is StopCause {
  return cause === 'not_ours' || cause === 'over_time' || cause === 'node_fenced';
}

function verdictOnFailure(
  end: Exclude<HandlerEnd, { kind: 'returned' }>,
  place: AttemptPlace,
): AttemptVerdict {
  switch (end.kind) {
    case 'threw':
      return {
        outcome: 'failed',
        reason: `${end.error.code}: ${end.error.message}`,
        failure: handlerFailed(place, end.error),
      };
    case 'died':
      return { outcome: 'lost', reason: end.why, failure: threadDied(place, end.why) };
    case 'terminated':
      return verdictOnFailure({ kind: 'died', why: 'the handler was terminated' }, place);
  }
}
