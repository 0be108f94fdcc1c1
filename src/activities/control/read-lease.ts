import { defaultPayloadConverter } from '@temporalio/common';
import { getClient } from '@temporalio/activity';
import type { NodeControlActivities } from '../../domain/activities.ts';
import { nodeWorkflowId } from '../../domain/ids.ts';
import type { LeaseBeat } from '../../domain/node.ts';

/** The last beat of a lease that is still held, from the server. */
export const readLease: NodeControlActivities['readLease'] = (lease) =>
  lastBeat(lease.workflowId, ({ activityId }) => activityId === lease.activityId);

/** What a node's lease says now; undefined when it holds none. */
export function readNode(name: string): Promise<LeaseBeat | undefined> {
  return lastBeat(
    nodeWorkflowId(name),
    ({ activityId }) => activityId?.startsWith('lease/') === true,
  );
}

type Pending = NonNullable<
  Awaited<
    ReturnType<ReturnType<ReturnType<typeof getClient>['workflow']['getHandle']>['describe']>
  >['raw']['pendingActivities']
>[number];

async function lastBeat(
  workflowId: string,
  isWanted: (pending: Pending) => boolean,
): Promise<LeaseBeat | undefined> {
  const { raw } = await getClient().workflow.getHandle(workflowId).describe();
  const payload = raw.pendingActivities?.find(isWanted)?.heartbeatDetails?.payloads?.[0];
  return payload == null ? undefined : defaultPayloadConverter.fromPayload<LeaseBeat>(payload);
}
