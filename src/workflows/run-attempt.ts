import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Dispatch, NodeActivities } from '../domain/activities.ts';
import { attemptActivityId } from '../domain/ids.ts';
import type { JobSpec } from '../domain/job.ts';
import { poolQueue } from '../domain/queues.ts';
import type { AttemptEnding } from './attempt-ending.ts';
import { endingOfError, endingOfReport } from './attempt-ending.ts';
import { findAttempt } from './ledger-call.ts';

/** The server's default is 3. A job that was lost or failed has waited in the queue once already. */
const AHEAD_OF_FIRST_ATTEMPTS = { priorityKey: 2 };

/** The task queue that the next attempt of a job goes to. */
export function targetQueue({ pool }: JobSpec): string {
  return poolQueue(pool);
}

/** Dispatches one attempt to a queue and waits for its end, which is never an error. */
export async function runAttempt(
  spec: JobSpec,
  epoch: number,
  queue: string,
): Promise<AttemptEnding> {
  const node = proxyActivities<NodeActivities>({
    taskQueue: queue,
    activityId: attemptActivityId(epoch),
    summary: `${spec.kind} #${epoch}`,
    startToCloseTimeout: spec.timeoutMs,
    heartbeatTimeout: spec.heartbeatMs,
    // This workflow counts and places every attempt itself.
    retry: { maximumAttempts: 1 },
    ...(epoch > 1 ? { priority: AHEAD_OF_FIRST_ATTEMPTS } : {}),
    // A cancelled job is closed when its handler has stopped, or is known to be lost.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  });
  try {
    return endingOfReport(await node.runJob(dispatchOf(spec, epoch)));
  } catch (error) {
    return withPlace(endingOfError(error), epoch);
  }
}

function dispatchOf(spec: JobSpec, epoch: number): Dispatch {
  const { id, generation, kind, pool, input, session } = spec;
  return {
    job: id,
    generation,
    epoch,
    kind,
    pool,
    input,
    ...(session === undefined ? {} : { session }),
  };
}

/** A timeout without a heartbeat, or a cancellation, says nothing of the node; the history does. */
async function withPlace(ending: AttemptEnding, epoch: number): Promise<AttemptEnding> {
  const { kind } = ending.outcome;
  const isUnknown = ending.place.node === undefined && (kind === 'lost' || kind === 'cancelled');
  if (!isUnknown) return ending;
  const { workflowId, runId } = workflowInfo();
  const activityId = attemptActivityId(epoch);
  return { ...ending, place: await findAttempt({ workflowId, runId, activityId }) };
}
