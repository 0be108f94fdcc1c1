import type { LeaseBeat } from '../domain/node.ts';
import { nodeWorkflowId } from '../domain/ids.ts';
import type { Connections } from './connections.ts';
import { decodePayload } from './decode-payload.ts';

const LEASE_ACTIVITY = 'holdLease';
const PATIENCE_MS = 2_000;

/**
 * What the lease of a node last beat with: its used slots and running attempts. Undefined when no
 * lease is held, none has beaten yet, or Temporal does not say so at once.
 */
export async function readBeat(
  connections: Pick<Connections, 'client'>,
  name: string,
): Promise<LeaseBeat | undefined> {
  const lease = await findLease(connections, name);
  return decodePayload(lease?.heartbeatDetails?.payloads?.[0]) as LeaseBeat | undefined;
}

/** When the lease of a node last beat; undefined as for {@link readBeat}. */
export async function lastBeatAt(
  connections: Pick<Connections, 'client'>,
  name: string,
): Promise<Date | undefined> {
  const seconds = (await findLease(connections, name))?.lastHeartbeatTime?.seconds;
  return seconds == null ? undefined : new Date(Number(seconds) * 1000);
}

async function findLease({ client }: Pick<Connections, 'client'>, name: string) {
  try {
    const { raw } = await client.withDeadline(Date.now() + PATIENCE_MS, () =>
      client.workflow.getHandle(nodeWorkflowId(name)).describe(),
    );
    // The newest lease comes last: a node that registers again gets one before the old one ends.
    return raw.pendingActivities?.findLast(
      ({ activityType }) => activityType?.name === LEASE_ACTIVITY,
    );
  } catch {
    return undefined;
  }
}
