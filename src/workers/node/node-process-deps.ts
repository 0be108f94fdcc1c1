import type { NativeConnection } from '@temporalio/worker';
import type { Metrics } from '../metrics.ts';
import type { WorkerPayloads } from '../worker-payloads.ts';
import type { LateDelivery } from './late-delivery.ts';
import type { NodeCalls } from './node-calls.ts';
import type { NodeHandlers } from './node-handlers.ts';
import type { ResolvedNodeOptions } from './node-options.ts';

/** What a `NodeProcess` is made of. */
export interface NodeProcessDeps {
  readonly node: ResolvedNodeOptions;
  readonly handlers: NodeHandlers;
  readonly incarnation: string;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly payloads: WorkerPayloads;
  readonly calls: NodeCalls;
  readonly late: Pick<LateDelivery, 'keep' | 'wake'>;
  readonly metrics: Metrics;
  /** Aborted when a handler's thread could not be ended. */
  readonly stuck: AbortSignal;
}
