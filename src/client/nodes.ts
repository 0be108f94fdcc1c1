import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import type { NodeStatus } from '../domain/messages.ts';
import type { PoolPause } from '../domain/storm.ts';
import type { DrainedOptions, DrainReport } from './await-drained.ts';
import { awaitDrained } from './await-drained.ts';
import type { Connections } from './connections.ts';
import type { ListedNode, NodeFilter } from './list-nodes.ts';
import { listNodes } from './list-nodes.ts';
import { readBeat } from './node-beat.ts';
import type { NodeView } from './node-view.ts';
import { viewNode } from './node-view.ts';
import type { OrderOptions } from './order-node.ts';
import { changeMode, forgetNode, signed, thisPerson } from './order-node.ts';
import { resumePool } from './resume-pool.ts';

/** How to drain a node. */
export interface DrainOptions extends OrderOptions {
  /** How long its attempts may run on; then it hands them back. @default without end */
  readonly deadline?: Duration;
}

/**
 * Looks after nodes. Each call also rejects with `temporal_unavailable` or `ledger_unavailable`
 * when what it needs does not answer.
 */
export interface NodesClient {
  /** Nodes by filter, in the order of their pools and names, with what they run now. */
  list(filter?: NodeFilter): Promise<readonly ListedNode[]>;
  /** A node with what it runs now and its newest changes. @throws HoldfastError `node_not_found` */
  get(name: string): Promise<NodeView>;
  /**
   * The node takes no new work; what it runs goes on. It stays so over restarts.
   *
   * @throws HoldfastError `node_not_found`, or `invalid_input` without a reason
   */
  cordon(name: string, options: OrderOptions): Promise<NodeStatus>;
  /** The node takes work again. @throws HoldfastError `node_not_found` */
  enable(name: string, options?: Partial<OrderOptions>): Promise<NodeStatus>;
  /**
   * The node takes no new work, and hands back at the deadline what still runs. It returns when that
   * is on record; with `wait`, when the node runs nothing any more.
   *
   * @throws HoldfastError `node_not_found`, or `invalid_input` without a reason
   */
  drain(
    name: string,
    options: DrainOptions & DrainedOptions & { readonly wait: true },
  ): Promise<DrainReport>;
  drain(name: string, options: DrainOptions & { readonly wait?: false }): Promise<NodeStatus>;
  /**
   * Waits until a draining node runs nothing any more, or is gone, or drains no more.
   * `finished` counts attempts that ran when the wait began.
   *
   * @throws HoldfastError `node_not_found`, or the reason of `signal`
   */
  drained(name: string, options?: DrainedOptions): Promise<DrainReport>;
  /**
   * Takes a node that is offline off the record, with its mode. It comes back when it registers.
   *
   * @throws HoldfastError `node_not_found`, or what the node's workflow refuses it with
   */
  forget(name: string, options: OrderOptions): Promise<void>;
  /** The pools whose failovers pause now. */
  pauses(): Promise<readonly PoolPause[]>;
  /** Ends the pause of a pool; false when it had none. */
  resumePool(pool: string): Promise<boolean>;
}

/** A {@link NodesClient} over open connections. */
export function createNodesClient(connections: Connections): NodesClient {
  const { ledger } = connections;
  async function drain(
    name: string,
    {
      deadline,
      wait,
      signal,
      onProgress,
      ...options
    }: DrainOptions & DrainedOptions & { wait?: boolean },
  ): Promise<never> {
    const deadlineMs = deadline === undefined ? undefined : parseDuration(deadline, 'deadline');
    const order = { mode: 'draining', ...signed(options) } as const;
    const before = wait === true ? await readBeat(connections, name) : undefined;
    const status = await changeMode(connections, name, {
      ...order,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    });
    if (wait !== true) return status as never;
    const waiting = {
      ...(signal === undefined ? {} : { signal }),
      ...(onProgress === undefined ? {} : { onProgress }),
    };
    return (await awaitDrained(connections, name, waiting, before?.running)) as never;
  }
  return {
    list: (filter) => listNodes(connections, filter),
    get: (name) => viewNode(connections, name),
    cordon: async (name, options) =>
      changeMode(connections, name, { mode: 'cordoned', ...signed(options) }),
    enable: (name, { reason = '', by = thisPerson() } = {}) =>
      changeMode(connections, name, { mode: 'enabled', reason, by }),
    drain,
    drained: (name, options) => awaitDrained(connections, name, options),
    forget: async (name, options) => forgetNode(connections, name, options),
    pauses: () => ledger.poolPauses(),
    resumePool: (pool) => resumePool(connections, pool),
  };
}
