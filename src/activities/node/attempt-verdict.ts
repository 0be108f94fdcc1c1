import { CancelledFailure } from '@temporalio/common';
import type { AttemptReport } from '../../domain/activities.ts';
import type { AttemptPlace } from '../../domain/attempt.ts';
import { fenced, handedBack, handlerFailed, threadDied, timedOut } from './attempt-failure.ts';
import type { StopCause } from './attempt-stop.ts';
import type { HandlerEnd } from './handler-executor.ts';

/** What a node answers the server about an attempt. */
export type AttemptVerdict =
  | { readonly outcome: 'succeeded'; readonly report: AttemptReport }
  | {
      readonly outcome: 'failed' | 'lost' | 'handed_back' | 'cancelled';
      /** Why, in words, for the log. */
      readonly reason: string;
      /** What the activity throws. */
      readonly failure: Error;
    };

/**
 * The answer for a run that ended so. A result counts whatever happened; anything else that comes
 * after a cause to stop is that cause's doing.
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
    return { outcome: 'succeeded', report: { ...place, result: end.result } };
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
