import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { ControlActivities, NodeControlActivities } from '../domain/activities.ts';
import type { TickActivities } from '../domain/tick.ts';

type Activities = ControlActivities & NodeControlActivities & TickActivities;

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

const quick = proxyLocalActivities<Activities>(QUICK);
const patient = proxyActivities<Activities>(PATIENT);

/** Asks the ledger to open a job; waits as long as the ledger is away, and is never cancelled. */
export const openJob: ControlActivities['openJob'] = (open) =>
  ledgerCall('openJob', (activities) => activities.openJob(open));

/** Asks the ledger to close a job; waits as long as the ledger is away, and is never cancelled. */
export const closeJob: ControlActivities['closeJob'] = (close) =>
  ledgerCall('closeJob', (activities) => activities.closeJob(close));

/** Asks whether a job of a strict session may start; waits as long as the ledger is away. */
export const isTurn: ControlActivities['isTurn'] = (slot) =>
  ledgerCall('isTurn', (activities) => activities.isTurn(slot), 'cancellable');

/** Asks for what a job needs; waits as long as the ledger is away. */
export const askGrant: ControlActivities['askGrant'] = (ask) =>
  ledgerCall('askGrant', (activities) => activities.askGrant(ask), 'cancellable');

/** Puts a result on record; waits as long as the ledger is away, and is never cancelled. */
export const judgeResult: ControlActivities['judgeResult'] = (arrival) =>
  ledgerCall('judgeResult', (activities) => activities.judgeResult(arrival));

/** Asks for a place for an attempt; waits as long as the ledger is away. A cancellation ends it. */
export const placeAttempt: ControlActivities['placeAttempt'] = (request) =>
  ledgerCall('placeAttempt', (activities) => activities.placeAttempt(request), 'cancellable');

/** Gives back what was reserved for a job; waits as long as the ledger is away. */
export const clearPlace: ControlActivities['clearPlace'] = (place) =>
  ledgerCall('clearPlace', (activities) => activities.clearPlace(place), 'cancellable');

/** The nodes that would take a job now; waits as long as the ledger is away. */
export const nodesFor: ControlActivities['nodesFor'] = (wanted) =>
  ledgerCall('nodesFor', (activities) => activities.nodesFor(wanted), 'cancellable');

/** Why a loss does not count; it does when that cannot be told at once. */
export async function excuseLoss(
  ...args: Parameters<ControlActivities['excuseLoss']>
): ReturnType<ControlActivities['excuseLoss']> {
  try {
    return await CancellationScope.nonCancellable(() => quick.excuseLoss(...args));
  } catch (error) {
    log.warn('job.loss_unjudged', { error });
    return undefined;
  }
}

/** Puts a change of a node on record; waits as long as the ledger is away. */
export const recordNode: NodeControlActivities['recordNode'] = (change) =>
  ledgerCall('recordNode', (activities) => activities.recordNode(change));

/** Takes a node off the record; waits as long as the ledger is away. */
export const forgetNode: NodeControlActivities['forgetNode'] = (forgotten) =>
  ledgerCall('forgetNode', (activities) => activities.forgetNode(forgotten));

/** What a tick is to do; waits as long as the ledger is away. */
export const startTick: TickActivities['startTick'] = (tick) =>
  ledgerCall('startTick', (activities) => activities.startTick(tick), 'cancellable');

/** Puts the end of a tick on record; waits as long as the ledger is away. */
export const endTick: TickActivities['endTick'] = (tick) =>
  ledgerCall('endTick', (activities) => activities.endTick(tick), 'cancellable');

/** Tells the jobs of a node that it left; goes on until all are told. */
export const failOver: NodeControlActivities['failOver'] = (left) =>
  proxyActivities<NodeControlActivities>({ ...PATIENT, startToCloseTimeout: '2m' }).failOver(left);

/** The last beat of a lease; nothing when that cannot be told at once. */
export async function readLease(
  ...args: Parameters<NodeControlActivities['readLease']>
): ReturnType<NodeControlActivities['readLease']> {
  try {
    return await quick.readLease(...args);
  } catch (error) {
    log.warn('node.lease_unread', { error });
    return undefined;
  }
}

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
  call: (activities: Activities) => Promise<Result>,
  cancelling: 'cancellable' | 'never' = 'never',
): Promise<Result> {
  const work = async (): Promise<Result> => {
    try {
      return await call(quick);
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (finalCause(error) === undefined) {
        log.warn('ledger.waiting', { call: name, error });
        return await call(patient).catch(rethrowCause);
      }
      return rethrowCause(error);
    }
  };
  return cancelling === 'never' ? CancellationScope.nonCancellable(work) : work();
}

/** An activity's failure is told as its cause, whose type is a code of the error table. */
function rethrowCause(error: unknown): never {
  throw finalCause(error) ?? error;
}

function finalCause(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.nonRetryable === true ? cause : undefined;
}
