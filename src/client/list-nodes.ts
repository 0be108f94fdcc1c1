import { checkChoice } from '../domain/check.ts';
import type { LeaseBeat, Node, NodeMode, NodeState } from '../domain/node.ts';
import { NODE_MODES } from '../domain/node.ts';
import type { Connections } from './connections.ts';
import { eachAtOnce } from '../domain/each-at-once.ts';
import { readBeat } from './node-beat.ts';

/** Which nodes to list. */
export interface NodeFilter {
  readonly pool?: string;
  readonly state?: NodeState;
  readonly mode?: NodeMode;
}

/** A node with what it runs now. */
export interface ListedNode extends Node {
  /** What its lease last beat with; undefined when it is offline or that cannot be told at once. */
  readonly beat: LeaseBeat | undefined;
}

const LOOKS_AT_ONCE = 8;

/** See `NodesClient.list`. */
export async function listNodes(
  connections: Connections,
  { pool, state, mode }: NodeFilter = {},
): Promise<ListedNode[]> {
  const nodes = await connections.ledger.listNodes({
    ...(pool === undefined ? {} : { pool }),
    ...(state === undefined ? {} : { state: checkChoice(state, ['online', 'offline'], 'state') }),
    ...(mode === undefined ? {} : { mode: checkChoice(mode, NODE_MODES, 'mode') }),
  });
  return eachAtOnce(nodes, LOOKS_AT_ONCE, (node) => withBeat(connections, node));
}

/** A node with its live beat. */
export async function withBeat(connections: Connections, node: Node): Promise<ListedNode> {
  const beat = node.state === 'online' ? await readBeat(connections, node.name) : undefined;
  // One of an earlier start of the name says nothing of this one.
  return { ...node, beat: beat?.incarnation === node.incarnation ? beat : undefined };
}
