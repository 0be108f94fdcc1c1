import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { HeldLease, LeaseActivities, LeaseEnd } from '../domain/activities.ts';
import type { HeldAttempt, LeaseBeat, NodeRegistration } from '../domain/node.ts';
import { leaseQueue } from '../domain/queues.ts';

/** How a lease ended. */
export type LeaseEnding =
  /** Its time was over: it is granted again. */
  | { readonly kind: 'renewal' }
  /** The node fell silent; what its last beat named. */
  | { readonly kind: 'lost'; readonly running: readonly HeldAttempt[] }
  /** The node said that it stops. */
  | { readonly kind: 'stopped'; readonly handedBack: readonly HeldAttempt[] };

/** A lease that a node holds, or is to hold. */
export interface Lease {
  /** Settles at its end, and never rejects. */
  readonly ended: Promise<LeaseEnding>;
  /** Takes it from its node, which ends then. */
  takeAway(): void;
}

/** A node that has not taken its lease by then is not there. */
const LEAST_SCHEDULE_TO_START_MS = 10_000;

/**
 * Grants a lease: an activity on the node's own lease queue whose heartbeat timeout is the failure
 * detector.
 */
export function grantLease(
  held: HeldLease,
  { leaseMs }: NodeRegistration,
  activityId: string,
): Lease {
  const scope = new CancellationScope();
  const node = proxyActivities<LeaseActivities>({
    taskQueue: leaseQueue(held.node, held.incarnation),
    activityId,
    summary: `lease of ${leaseMs / 1000} s`,
    scheduleToStartTimeout: Math.max(LEAST_SCHEDULE_TO_START_MS, leaseMs),
    startToCloseTimeout: '24h',
    heartbeatTimeout: leaseMs,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  const ended = scope.run(() => node.holdLease(held)).then(endingOfReturn, endingOfError);
  return { ended, takeAway: () => scope.cancel() };
}

/** Tells a process that has come back too late that its name is another's. */
export function refuseLease(held: HeldLease): void {
  const node = proxyActivities<LeaseActivities>({
    taskQueue: leaseQueue(held.node, held.incarnation),
    summary: 'refused: the name is taken',
    scheduleToStartTimeout: '5s',
    startToCloseTimeout: '5s',
    heartbeatTimeout: '5s',
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  node.holdLease({ ...held, isSuperseded: true }).catch(() => undefined);
}

function endingOfReturn({ handedBack }: LeaseEnd): LeaseEnding {
  return { kind: 'stopped', handedBack };
}

function endingOfError(error: unknown): LeaseEnding {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof TimeoutFailure)) return { kind: 'lost', running: [] };
  if (cause.timeoutType === 'START_TO_CLOSE') return { kind: 'renewal' };
  const beat = cause.lastHeartbeatDetails as LeaseBeat | undefined;
  return { kind: 'lost', running: beat?.running ?? [] };
}
