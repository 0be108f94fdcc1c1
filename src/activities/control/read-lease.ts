import { defaultPayloadConverter } from '@temporalio/common';
import { getClient } from '@temporalio/activity';
import { openPayloads } from '../../codec/open-payloads.ts';
import type { NodeControlActivities } from '../../domain/activities.ts';
import { nodeWorkflowId } from '../../domain/ids.ts';
import type { LeaseBeat } from '../../domain/node.ts';

/** The last beat of a lease that is still held, from the server. */
export const readLease: NodeControlActivities['readLease'] = (lease) =>
  lastBeat(lease.workflowId, ({ activityId }) => activityId === lease.activityId);

/**
 * What the lease of one start of a node says now; undefined when it holds none. That of an earlier
 * start, which ended without a word, is on the server until it runs out.
 */
export function readNode(name: string, incarnation: string): Promise<LeaseBeat | undefined> {
  const isOurs = ({ activityId }: Pending): boolean =>
    activityId?.startsWith(`lease/${incarnation}/`) === true;
  return lastBeat(nodeWorkflowId(name), isOurs);
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
  const { workflow, options } = getClient();
  const { raw } = await workflow.getHandle(workflowId).describe();
  const lease = raw.pendingActivities?.find(isWanted);
  await openPayloads(options.loadedDataConverter.payloadCodecs, lease);
  const payload = lease?.heartbeatDetails?.payloads?.[0];
  return payload == null ? undefined : defaultPayloadConverter.fromPayload<LeaseBeat>(payload);
}
