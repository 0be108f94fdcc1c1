import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { TickStart } from '../domain/tick.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import type { JobRequest } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import { JOB_WORKFLOW } from '../domain/messages.ts';
import { checkScopes } from '../domain/schedule-definition.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { orFail } from './failure.ts';
import { whyFailed } from './tick-calls.ts';

/**
 * The scopes of a schedule as the job answers that was named as their provider.
 *
 * @throws ApplicationFailure when it fails, is too slow, or answers something else
 */
export async function askScopes(
  schedule: string,
  { request, timeoutMs }: Extract<TickStart, { kind: 'ask' }>,
): Promise<readonly string[]> {
  const answer = await CancellationScope.withTimeout(timeoutMs, () =>
    executeChild<(request: JobRequest) => Promise<Json>>(JOB_WORKFLOW, {
      workflowId: jobWorkflowId(`scopes/${schedule}/${workflowInfo().runId}`),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowTaskTimeout: '5s',
      args: [request],
      typedSearchAttributes: [
        keyword(SEARCH_ATTRIBUTES.kind, request.kind),
        keyword(SEARCH_ATTRIBUTES.pool, request.pool),
      ],
      staticSummary: `scopes of schedule ${schedule}`,
      // The tick waits no longer; the job ends when its handler has stopped.
      cancellationType: ChildWorkflowCancellationType.TRY_CANCEL,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    }),
  ).catch((error: unknown) => failed(request, timeoutMs, error));
  return orFail(() => checkScopes(answer, `what kind ${request.kind} returned`));
}

function failed({ kind }: JobRequest, timeoutMs: number, error: unknown): never {
  const isOver = isCancellation(error) && !CancellationScope.current().consideredCancelled;
  if (!isOver && isCancellation(error)) throw error;
  const why = isOver ? `no answer within ${timeoutMs / 1000} s` : whyFailed(error);
  if (why === undefined) throw error;
  throw ApplicationFailure.nonRetryable(`the scopes, by kind ${kind}: ${why}`, 'job_failed');
}

function keyword(name: string, value: string) {
  return { key: { name, type: 'KEYWORD' as const }, value };
}
