import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import type { JobRequest } from '../domain/job.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** The field of a workflow's memo that names the submission which started it. */
export const SUBMISSION_MEMO = 'submission';

/**
 * Starts the workflow of one generation of an id.
 *
 * @param submission names the submission, where it may be repeated
 * @param delayMs how long after this call it begins
 * @returns false when it was started before, running or closed: that is left alone
 * @throws HoldfastError `temporal_unavailable`
 */
export async function startGeneration(
  { client, place }: Connections,
  id: string,
  generation: number,
  request: JobRequest,
  submission?: string,
  delayMs = 0,
): Promise<boolean> {
  try {
    await client.workflow.start(JOB_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: jobWorkflowId(id, generation),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      // An error, not the one that runs: only that tells whether this call has started it.
      workflowIdConflictPolicy: 'FAIL',
      // How long a workflow waits for a dead orchestrator; the server's default is 10 s.
      workflowTaskTimeout: '5s',
      args: [request],
      ...(delayMs > 0 ? { startDelay: Math.ceil(delayMs) } : {}),
      ...(submission === undefined ? {} : { memo: { [SUBMISSION_MEMO]: submission } }),
      priority: {
        ...(request.priority === undefined ? {} : { priorityKey: request.priority }),
        ...(request.fairnessKey === undefined ? {} : { fairnessKey: request.fairnessKey }),
      },
      staticSummary: `${request.kind} in pool ${request.pool}`,
      typedSearchAttributes: [
        keyword(SEARCH_ATTRIBUTES.kind, request.kind),
        keyword(SEARCH_ATTRIBUTES.pool, request.pool),
        ...(request.session === undefined
          ? []
          : [keyword(SEARCH_ATTRIBUTES.session, request.session.id)]),
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw temporalError(error, place);
  }
}

function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}
