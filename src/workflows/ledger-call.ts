import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  log,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { ControlActivities } from '../domain/activities.ts';

const QUICK: LocalActivityOptions = {
  scheduleToCloseTimeout: '3s',
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

const PATIENT: ActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
};

const quick = proxyLocalActivities<ControlActivities>(QUICK);
const patient = proxyActivities<ControlActivities>(PATIENT);

/** Asks the ledger to open a job; waits as long as the ledger is away, and is never cancelled. */
export const openJob: ControlActivities['openJob'] = (open) =>
  ledgerCall('openJob', ({ openJob }) => openJob(open));

/** Asks the ledger to close a job; waits as long as the ledger is away, and is never cancelled. */
export const closeJob: ControlActivities['closeJob'] = (close) =>
  ledgerCall('closeJob', ({ closeJob }) => closeJob(close));

/** Which node ran a lost attempt; nothing when that cannot be told at once. */
export async function findAttempt(
  ...args: Parameters<ControlActivities['findAttempt']>
): ReturnType<ControlActivities['findAttempt']> {
  try {
    return await CancellationScope.nonCancellable(() => quick.findAttempt(...args));
  } catch (error) {
    log.warn('job.attempt_unknown', { error });
    return { node: undefined, startedAt: undefined };
  }
}

/**
 * A local activity first, which is cheap; then, when the ledger is away, a normal one that is
 * retried without end. With local retries alone, an hour without PostgreSQL would hold workflow
 * slots and grow histories.
 */
function ledgerCall<Result>(
  name: string,
  call: (activities: Pick<ControlActivities, 'openJob' | 'closeJob'>) => Promise<Result>,
): Promise<Result> {
  return CancellationScope.nonCancellable(async () => {
    try {
      return await call(quick);
    } catch (error) {
      if (finalCause(error) === undefined) {
        log.warn('ledger.waiting', { call: name, error });
        return await call(patient).catch(rethrowCause);
      }
      return rethrowCause(error);
    }
  });
}

/** An activity's failure is told as its cause, whose type is a code of the error table. */
function rethrowCause(error: unknown): never {
  throw finalCause(error) ?? error;
}

function finalCause(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true ? cause : undefined;
}
