import type { WorkflowExecutionDescription } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { attemptActivityId, jobWorkflowId } from '../../domain/ids.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';

/** A job's workflow as the server describes it. */
export type DescribedJob = WorkflowExecutionDescription;

const PATIENCE_MS = 10_000;

/** The newest run of a job's workflow, or undefined when Temporal knows none. */
export async function describeJob(
  { client, place }: Connections,
  { id, generation }: { readonly id: string; readonly generation: number },
): Promise<DescribedJob | undefined> {
  const handle = client.workflow.getHandle(jobWorkflowId(id, generation));
  try {
    return await client.withDeadline(Date.now() + PATIENCE_MS, () => handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalError(error, place);
  }
}

// temporal.api.enums.v1.PendingActivityState
const SCHEDULED = 1;
const CANCEL_REQUESTED = 3;

/** Whether an attempt is on a task queue, and no node has taken it. */
export function isUnstarted({ raw }: DescribedJob, epoch: number): boolean {
  const activityId = attemptActivityId(epoch);
  const pending = raw.pendingActivities?.find((each) => each.activityId === activityId);
  return pending !== undefined && Number(pending.state) === SCHEDULED;
}

/** Whether an attempt was told to stop, and has not yet. */
export function isBeingCancelled({ raw }: DescribedJob): boolean {
  return raw.pendingActivities?.some(({ state }) => Number(state) === CANCEL_REQUESTED) === true;
}
