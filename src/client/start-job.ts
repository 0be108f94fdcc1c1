import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import type { JobRequest } from '../domain/job.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** Starts the job's workflow; an id that was started before, running or closed, is left alone. */
export async function startJob(
  { client, place }: Connections,
  id: string,
  request: JobRequest,
): Promise<void> {
  try {
    await client.workflow.start(JOB_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: jobWorkflowId(id),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // How long a workflow waits for a dead orchestrator; the server's default is 10 s.
      workflowTaskTimeout: '5s',
      args: [request],
      staticSummary: `${request.kind} in pool ${request.pool}`,
      typedSearchAttributes: [
        keyword(SEARCH_ATTRIBUTES.kind, request.kind),
        keyword(SEARCH_ATTRIBUTES.pool, request.pool),
        ...(request.session === undefined
          ? []
          : [keyword(SEARCH_ATTRIBUTES.session, request.session.id)]),
      ],
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    throw temporalError(error, place);
  }
}

function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}
