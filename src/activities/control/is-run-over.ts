import type { getClient } from '@temporalio/activity';
import { hasEnded } from '../../domain/workflow-status.ts';

type Client = ReturnType<typeof getClient>;

/**
 * True when the chain of runs that began with `runId` is over. A workflow id has at most one open
 * run, so it is enough to look at the newest and ask which chain it is of.
 */
export async function isRunOver(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<boolean> {
  try {
    const newest = await client.workflow.getHandle(workflowId).describe();
    const firstRunId = newest.raw.workflowExecutionInfo?.firstRunId;
    return hasEnded(newest.status) || firstRunId !== runId;
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return true;
    throw error;
  }
}
