import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Dispatch } from '../../dist/domain/activities.js';
import { jobWorkflowId } from '../../dist/domain/ids.js';
import type { LateResult } from '../../dist/domain/late-result.js';
import { LATE_RESULT_SIGNAL, LATE_WORKFLOW } from '../../dist/domain/messages.js';
import type { LateAnswer } from '../../dist/workers/node/deliver-late.js';
import { deliverLate } from '../../dist/workers/node/deliver-late.js';

/** Every result that reached a job's own workflow, in the order of its history. */
export async function arrivalsAtJob(client: Client, jobId: string): Promise<LateResult[]> {
  return arrivalsAt(client, jobWorkflowId(jobId));
}

/** Every result that came when the workflow of its job was closed. */
export async function arrivalsAfterClose(client: Client): Promise<LateResult[]> {
  const arrived: LateResult[] = [];
  for await (const { workflowId, runId } of client.workflow.list({
    query: `WorkflowType = '${LATE_WORKFLOW}'`,
  })) {
    arrived.push(...(await arrivalsAt(client, workflowId, runId)));
  }
  return arrived;
}

/** Sends a result of a job as a node does, once more. */
export function resend(client: Client, late: LateResult): Promise<LateAnswer> {
  return deliverLate(client, { workflowId: jobWorkflowId(late.job), late });
}

async function arrivalsAt(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<LateResult[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const dispatches = new Map<string, Dispatch>();
  const arrived: LateResult[] = [];
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    const signaled = event.workflowExecutionSignaledEventAttributes;
    if (scheduled?.activityType?.name === 'runJob') {
      dispatches.set(String(event.eventId), firstOf<Dispatch>(scheduled.input));
    } else if (completed) {
      const dispatch = dispatches.get(String(completed.scheduledEventId));
      if (dispatch) arrived.push(resultOf(dispatch, firstOf(completed.result)));
    } else if (signaled?.signalName === LATE_RESULT_SIGNAL) {
      arrived.push(firstOf<LateResult>(signaled.input));
    }
  }
  return arrived;
}

function resultOf(
  { job, generation, epoch, resultToken }: Dispatch,
  report: Pick<LateResult, 'node' | 'startedAt' | 'result'>,
): LateResult {
  return { job, generation, epoch, token: resultToken, ...report };
}

function firstOf<Value>(payloads: { payloads?: object[] | null } | null | undefined): Value {
  return defaultPayloadConverter.fromPayload<Value>(payloads?.payloads?.[0] ?? {});
}
