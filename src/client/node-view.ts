import { checkName } from '../domain/check.ts';
import type { NodeEventRecord } from '../ledger/node-events.ts';
import type { Connections } from './connections.ts';
import type { ListedNode } from './list-nodes.ts';
import { withBeat } from './list-nodes.ts';
import { nodeNotFound } from './node-not-found.ts';

/** A node with all that is known of it. */
export interface NodeView extends ListedNode {
  /** Its newest changes, the newest first, 20 at most. */
  readonly events: readonly NodeEventRecord[];
}

const SHOWN_EVENTS = 20;

/** See `NodesClient.get`. */
export async function viewNode(connections: Connections, name: string): Promise<NodeView> {
  const { ledger } = connections;
  const node = await ledger.findNode(checkName(name, 'node'));
  if (node === undefined) throw await nodeNotFound(ledger, name);
  const [events, listed] = await Promise.all([
    ledger.nodeEvents(name, SHOWN_EVENTS),
    withBeat(connections, node),
  ]);
  return { ...listed, events };
}
