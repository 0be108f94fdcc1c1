import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { JobRequest } from '../domain/job.ts';
import type { Connections } from './connections.ts';
import { decodePayload } from './decode-payload.ts';
import { opened } from './opened.ts';

/** The request that a workflow was started with, from its first event. */
export async function startedWith(
  { client, place }: Connections,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
): Promise<JobRequest | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: place.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  await opened(client, history);
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return decodePayload(started?.input?.payloads?.[0]) as JobRequest | undefined;
}
