import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { createNodeActivities } from '../../activities/node/run-job.ts';
import type { TemporalConfig } from '../../config.ts';
import { temporalConfig } from '../../config.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { nodeIdentity } from '../../domain/node-identity.ts';
import { poolQueue } from '../../domain/queues.ts';
import { installRuntime } from '../runtime-log.ts';
import { connectTemporal, unreachable } from '../connect-temporal.ts';
import type { NodeHandlers } from './node-handlers.ts';
import { nodeHandlers } from './node-handlers.ts';
import type { NodeOptions, ResolvedNodeOptions } from './node-options.ts';
import { resolveNodeOptions } from './node-options.ts';
import { runWorker } from './run-worker.ts';

export type { NodeOptions } from './node-options.ts';

/** A node that polls its pool's queue. */
export interface RunningNode {
  readonly name: string;
  /** Names this start of the node; another start of the same name has another one. */
  readonly incarnation: string;
  /**
   * Settles when the node has ended: resolves after {@link stop}, rejects when its worker failed
   * or a handler's thread could not be ended.
   */
  readonly stopped: Promise<void>;
  /**
   * Takes no new work, lets running attempts finish within the shutdown grace, then hands them
   * back, and closes the connection. Signals are left to the caller.
   */
  stop(): Promise<void>;
}

/** How much longer than all its graces a worker may take to stop. */
const STOP_RESERVE_MS = 15_000;

/**
 * Starts a node: a worker that runs the jobs of a pool. Resolves when it polls.
 *
 * @throws HoldfastError `invalid_input`, `handler_file_failed` or `temporal_unavailable`
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const node = resolveNodeOptions(options);
  installRuntime(node.log);
  const stuck = new AbortController();
  const handlers = await nodeHandlers(node, () => stuck.abort());
  const undo: (() => Promise<unknown>)[] = [() => handlers.executor.stop()];
  const closeAll = async (): Promise<void> => {
    for (const close of undo.splice(0).reverse()) {
      // A worker that failed may still hold its connection, which then cannot be closed.
      await close().catch((err: unknown) => node.log.debug({ err }, 'node.close_failed'));
    }
  };
  try {
    const config = temporalConfig(node.temporal);
    const connection = await connectTemporal(config);
    undo.push(() => connection.close());
    const incarnation = randomBytes(4).toString('hex');
    const worker = await createWorker(node, handlers, { ...config, connection, incarnation });
    const stopped = watchEnd(worker, node, stuck.signal, closeAll);
    await polling(worker, stopped);
    const { name, pool, slots, source, log } = node;
    const { isolation } = source;
    const { kinds } = handlers;
    log.info({ node: name, incarnation, pool, slots, isolation, kinds }, 'node.started');
    return { name, incarnation, stopped, stop: () => shutDown(worker, node, stopped) };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function createWorker(
  node: ResolvedNodeOptions,
  { executor, kinds }: NodeHandlers,
  place: TemporalConfig & { connection: NativeConnection; incarnation: string },
): Promise<Worker> {
  const { name, pool, slots, log, cancelGraceMs, shutdownGraceMs } = node;
  const { connection, namespace, incarnation } = place;
  let worker: Worker | undefined;
  const isStopping = (): boolean => worker !== undefined && worker.getState() !== 'RUNNING';
  const deps = { node: name, pool, kinds, executor, log, isStopping, cancelGraceMs };
  try {
    worker = await Worker.create({
      connection,
      namespace,
      taskQueue: poolQueue(pool),
      identity: nodeIdentity(name, incarnation),
      activities: createNodeActivities(deps),
      maxConcurrentActivityTaskExecutions: slots,
      // A frozen node's open polls each swallow a dispatch for a heartbeat timeout.
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
      maxHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: shutdownGraceMs,
      shutdownForceTime: shutdownGraceMs + cancelGraceMs + STOP_RESERVE_MS,
    });
    return worker;
  } catch (error) {
    throw unreachable(error, place);
  }
}

/** Runs the worker to its end. A stuck thread ends the node: only a new process is rid of it. */
function watchEnd(
  worker: Worker,
  { name, log }: ResolvedNodeOptions,
  stuck: AbortSignal,
  closeAll: () => Promise<void>,
): Promise<void> {
  const onStuck = (): void => {
    log.error({ node: name }, 'node.thread_stuck');
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  stuck.addEventListener('abort', onStuck, { once: true });
  const run = async (): Promise<void> => {
    try {
      await runWorker(worker, log);
    } finally {
      await closeAll();
      log.info({ node: name }, 'node.stopped');
    }
    if (stuck.aborted) {
      throw new HoldfastError('node_stuck', `node ${name}: a handler's thread could not be ended`, {
        hint: 'the handler blocks in native code; start the node again',
      });
    }
  };
  const stopped = run();
  // Whoever does not look at it shall not be ended by it.
  stopped.catch(() => undefined);
  return stopped;
}

async function polling(worker: Worker, stopped: Promise<void>): Promise<void> {
  let hasEnded = false;
  const onEnd = (): void => void (hasEnded = true);
  stopped.then(onEnd, onEnd);
  while (!worker.getStatus().hasOutstandingActivityPoll && !hasEnded) await nextTurn();
  if (hasEnded) await stopped;
}

async function shutDown(
  worker: Worker,
  { name, log }: ResolvedNodeOptions,
  stopped: Promise<void>,
): Promise<void> {
  if (worker.getState() === 'RUNNING') {
    log.info({ node: name }, 'node.stopping');
    worker.shutdown();
  }
  await stopped;
}
