import { WorkflowNotFoundError } from '@temporalio/client';
import { jobWorkflowId } from '../../domain/ids.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { PlacedJob } from '../../ledger/reservations.ts';
import type { Connections } from '../connections.ts';

/**
 * Sends a job a signal.
 *
 * @returns false when its workflow is over or unknown
 * @throws HoldfastError `temporal_unavailable`
 */
export async function signalJob(
  { client, place }: Connections,
  { job, generation }: PlacedJob,
  signal: string,
  ...args: unknown[]
): Promise<boolean> {
  try {
    await client.workflow.getHandle(jobWorkflowId(job, generation)).signal(signal, ...args);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw temporalError(error, place);
  }
}
