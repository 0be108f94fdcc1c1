import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { givenConfig } from '../../config/given-config.ts';
import type { TemporalConfig } from '../../config/temporal.ts';
import { temporalConfig } from '../../config/temporal.ts';
import { installRuntime } from '../runtime-log.ts';
import { Alerts } from '../alerts.ts';
import { Closers } from '../closers.ts';
import { connectTemporal, unreachable } from '../connect-temporal.ts';
import type { Metrics } from '../metrics.ts';
import { processMetrics } from '../metrics.ts';
import { WorkerPayloads } from '../worker-payloads.ts';
import { LateDelivery } from './late-delivery.ts';
import { LateSpool } from './late-spool.ts';
import type { NodeCalls } from './node-calls.ts';
import { createNodeCalls } from './node-calls.ts';
import { nodeHandlers } from './node-handlers.ts';
import type { NodeOptions, ResolvedNodeOptions } from './node-options.ts';
import { resolveNodeOptions } from './node-options.ts';
import type { NodeProcessDeps } from './node-process-deps.ts';
import { NodeProcess } from './node-process.ts';
import { spoolFolder } from './spool-files.ts';

export type { NodeOptions } from './node-options.ts';

/** A node that polls its pool's queue. */
export interface RunningNode {
  readonly name: string;
  /** Names this start of the node; another start of the same name has another one. */
  readonly incarnation: string;
  /** Why it takes no work now, or cannot prove that it lives; undefined when all is well. */
  readonly whyNotReady: () => Promise<string | undefined>;
  /**
   * Settles when the node has ended: resolves after {@link stop}, rejects when a worker failed, a
   * handler's thread could not be ended (`node_stuck`), or another process took the node's name
   * (`node_superseded`).
   */
  readonly stopped: Promise<void>;
  /**
   * Takes no new work, lets running attempts finish within the shutdown grace, then hands them
   * back, and closes the connection. Signals are left to the caller.
   */
  stop(): Promise<void>;
}

/**
 * Starts a node: it runs the jobs of a pool, and those that are placed on it. Resolves when it
 * polls; it gets its lease as soon as an orchestrator answers.
 *
 * @throws HoldfastError `invalid_input`, `handler_file_failed` or `temporal_unavailable`
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const config = await givenConfig(options);
  const node = resolveNodeOptions(options, config);
  installRuntime(node.log);
  const stuck = new AbortController();
  const handlers = await nodeHandlers(node, () => stuck.abort());
  const closers = new Closers(node.log);
  closers.add(() => handlers.executor.stop());
  try {
    const server = temporalConfig(config.temporal, options.temporal);
    const connection = await connectTemporal(server);
    closers.add(() => connection.close());
    const incarnation = randomBytes(4).toString('hex');
    const metrics = processMetrics();
    const alerts = new Alerts(node.log, metrics);
    stuck.signal.addEventListener('abort', () => alerts.raise('thread_stuck', { node: node.name }));
    const { namespace, encryption } = server;
    const calls = createNodeCalls(node.name, incarnation, { connection, namespace, encryption });
    const payloads = new WorkerPayloads(encryption, alerts);
    const late = createLateDelivery(node, { namespace, calls, metrics });
    closers.add(() => late.stop());
    const nodeProcess = await createProcess(server, {
      ...{ node, handlers, incarnation, connection, namespace, payloads, calls, late, metrics },
      stuck: stuck.signal,
    });
    late.start();
    const stopped = watchEnd(nodeProcess, node, closers);
    await polling(nodeProcess, stopped);
    logStart(node, incarnation, handlers.kinds);
    return {
      name: node.name,
      incarnation,
      stopped,
      whyNotReady: () => Promise.resolve(nodeProcess.whyNotReady()),
      stop: async () => {
        await nodeProcess.stop();
        await stopped;
      },
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

function createLateDelivery(
  { name, spool, log }: ResolvedNodeOptions,
  parts: { readonly namespace: string; readonly calls: NodeCalls; readonly metrics: Metrics },
): LateDelivery {
  const folder = spoolFolder(spool.dir, parts.namespace, name);
  return new LateDelivery({
    node: name,
    spool: new LateSpool({ ...spool, folder }),
    deliver: parts.calls.deliverLate,
    log,
    events: parts.metrics,
  });
}

async function createProcess(config: TemporalConfig, deps: NodeProcessDeps): Promise<NodeProcess> {
  try {
    return await NodeProcess.create(deps);
  } catch (error) {
    throw unreachable(error, config);
  }
}

function watchEnd(
  nodeProcess: NodeProcess,
  { name, log }: ResolvedNodeOptions,
  closers: Closers,
): Promise<void> {
  const run = async (): Promise<void> => {
    try {
      await nodeProcess.run();
    } finally {
      await closers.closeAll();
      log.info({ node: name }, 'node.stopped');
    }
  };
  const stopped = run();
  // Whoever does not look at it shall not be ended by it.
  stopped.catch(() => undefined);
  return stopped;
}

async function polling(nodeProcess: NodeProcess, stopped: Promise<void>): Promise<void> {
  let hasEnded = false;
  const onEnd = (): void => void (hasEnded = true);
  stopped.then(onEnd, onEnd);
  while (!nodeProcess.isPolling && !hasEnded) await nextTurn();
  if (hasEnded) await stopped;
}

function logStart(
  { name, pool, slots, source, log }: ResolvedNodeOptions,
  incarnation: string,
  kinds: readonly string[],
): void {
  const { isolation } = source;
  log.info({ node: name, incarnation, pool, slots, isolation, kinds }, 'node.started');
}
