import { nodeOfIdentity } from '../domain/node-identity.ts';
import { poolOfQueue } from '../domain/queues.ts';
import type { Connections } from './connections.ts';
import { withBeat } from './list-nodes.ts';
import type { WaitsFor } from './waits-for.ts';

// temporal.api.enums.v1.TaskQueueType
const ACTIVITY_QUEUE = 2;
/** A long poll lasts a minute; a node that began none for longer is gone, or full. */
const RECENT_MS = 75_000;

/** Why an attempt is still on a queue. */
interface Queued {
  readonly waitsFor: WaitsFor;
  /** In words. */
  readonly why: string;
}

/** Why no node has taken an attempt from the queue of a pool yet. */
export async function whyQueued({ client, place }: Connections, queue: string): Promise<Queued> {
  // Not the pool that the job was submitted to: it may have been moved.
  const pool = poolOfQueue(queue);
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: place.namespace,
    taskQueue: { name: queue },
    taskQueueType: ACTIVITY_QUEUE,
  });
  const recent = (pollers ?? []).filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < RECENT_MS,
  );
  if (recent.length === 0) {
    const why = `no node of pool ${pool} asks for work; start one with \`holdfast node --pool ${pool}\``;
    return { waitsFor: 'pool', why };
  }
  const names = recent.map(({ identity }) => nodeOfIdentity(identity) ?? identity).sort();
  const why = `no node of pool ${pool} has taken it yet (asked for work lately: ${names.join(', ')})`;
  return { waitsFor: 'slot', why };
}

/** Why a node has not started an attempt yet that is on its own queue. */
export async function whyQueuedOnNode(connections: Connections, name: string): Promise<Queued> {
  const known = await connections.ledger.findNode(name).catch(() => undefined);
  if (known === undefined) {
    return { waitsFor: 'node', why: `it was placed on node ${name}, which is not on record` };
  }
  if (known.state === 'offline') {
    return { waitsFor: 'node', why: `it was placed on node ${name}, which is offline` };
  }
  const { slots, beat } = await withBeat(connections, known);
  const isFull = beat !== undefined && beat.slotsUsed >= slots;
  if (isFull) {
    return { waitsFor: 'slot', why: `all ${slots} slots of node ${name} are in use` };
  }
  return { waitsFor: 'node', why: `node ${name} has not started it yet` };
}
