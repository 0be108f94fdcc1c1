import type { LeaseBeat } from '../domain/node.ts';
import { nodeWorkflowId } from '../domain/ids.ts';
import type { Connections } from './connections.ts';
import { decodePayload } from './decode-payload.ts';
import { opened } from './opened.ts';

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
  const lease = await opened(connections.client, await findLease(connections, name));
  return decodePayload(lease?.heartbeatDetails?.payloads?.[0]) as LeaseBeat | undefined;
}

/** When the lease of a node last beat; undefined as for {@link readBeat}. */
export async function lastBeatAt(
  connections: Pick<Connections, 'client'>,
  name: string,
): Promise<Date | undefined> {
  return beatTimeOf(await findLease(connections, name));
}

/** When the lease of a node last beat, and `none` when none is held. Rejects when Temporal does not say. */
export async function askLastBeat(
  connections: Pick<Connections, 'client'>,
  name: string,
): Promise<Date | 'none'> {
  const lease = await describeLease(connections, name);
  return beatTimeOf(lease) ?? 'none';
}

type Lease = Awaited<ReturnType<typeof describeLease>>;

function beatTimeOf(lease: Lease): Date | undefined {
  const seconds = lease?.lastHeartbeatTime?.seconds;
  return seconds == null ? undefined : new Date(Number(seconds) * 1000);
}

async function findLease(connections: Pick<Connections, 'client'>, name: string): Promise<Lease> {
  try {
    return await describeLease(connections, name);
  } catch {
    return undefined;
  }
}

async function describeLease({ client }: Pick<Connections, 'client'>, name: string) {
  const { raw } = await client.withDeadline(Date.now() + PATIENCE_MS, () =>
    client.workflow.getHandle(nodeWorkflowId(name)).describe(),
  );
  // The newest lease comes last: a node that registers again gets one before the old one ends.
  return raw.pendingActivities?.findLast(
    ({ activityType }) => activityType?.name === LEASE_ACTIVITY,
  );
}
