import { nodeOfIdentity } from '../domain/node-identity.ts';
import type { Connections } from './connections.ts';

// temporal.api.enums.v1.TaskQueueType
const ACTIVITY_QUEUE = 2;
/** A long poll lasts a minute; a node that began none for longer is gone, or full. */
const RECENT_MS = 75_000;

/** Why no node has taken an attempt from a queue yet, in words. */
export async function whyQueued(
  { client, place }: Connections,
  pool: string,
  queue: string,
): Promise<string> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: place.namespace,
    taskQueue: { name: queue },
    taskQueueType: ACTIVITY_QUEUE,
  });
  const recent = (pollers ?? []).filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < RECENT_MS,
  );
  if (recent.length === 0) {
    return `no node of pool ${pool} asks for work; start one with \`holdfast node --pool ${pool}\``;
  }
  const names = recent.map(({ identity }) => nodeOfIdentity(identity) ?? identity).sort();
  return `no node of pool ${pool} has taken it yet (asked for work lately: ${names.join(', ')})`;
}
