import { WorkflowNotFoundError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** See `JobsClient.cancel`. */
export async function cancelJob(
  { client, ledger, place }: Connections,
  id: string,
): Promise<{ readonly requested: boolean }> {
  const handle = client.workflow.getHandle(jobWorkflowId(id));
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') await handle.cancel();
    return { requested: status.name === 'RUNNING' };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalError(error, place);
    // Closed between the two calls, or forgotten by Temporal since.
    if ((await ledger.findJob(id)) === undefined) throw jobNotFound(id);
    return { requested: false };
  }
}
