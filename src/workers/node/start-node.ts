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
import { Alerts } from '../alerts.ts';
import { Closers } from '../closers.ts';
import { connectTemporal, unreachable } from '../connect-temporal.ts';
import type { Metrics } from '../metrics.ts';
import { processMetrics } from '../metrics.ts';
import type { NodeHandlers } from './node-handlers.ts';
import { nodeHandlers } from './node-handlers.ts';
import type { NodeOptions, ResolvedNodeOptions } from './node-options.ts';
import { resolveNodeOptions } from './node-options.ts';
import { runWorker } from '../run-worker.ts';

export type { NodeOptions } from './node-options.ts';

/** A node that polls its pool's queue. */
export interface RunningNode {
  readonly name: string;
  /** Names this start of the node; another start of the same name has another one. */
  readonly incarnation: string;
  /** Why it takes no work now; undefined when it does. */
  readonly whyNotReady: () => Promise<string | undefined>;
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
  const closers = new Closers(node.log);
  closers.add(() => handlers.executor.stop());
  try {
    const config = temporalConfig(node.temporal);
    const connection = await connectTemporal(config);
    closers.add(() => connection.close());
    const incarnation = randomBytes(4).toString('hex');
    const metrics = processMetrics();
    const alerts = new Alerts(node.log, metrics);
    stuck.signal.addEventListener('abort', () => alerts.raise('thread_stuck', { node: node.name }));
    const worker = await createWorker(node, handlers, metrics, {
      ...config,
      connection,
      incarnation,
    });
    const stopped = watchEnd(worker, node, stuck.signal, closers);
    await polling(worker, stopped);
    const { name, pool, slots, source, log } = node;
    const { isolation } = source;
    const { kinds } = handlers;
    log.info({ node: name, incarnation, pool, slots, isolation, kinds }, 'node.started');
    return {
      name,
      incarnation,
      stopped,
      whyNotReady: () => whyNotReady(worker),
      stop: () => shutDown(worker, node, stopped),
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function createWorker(
  node: ResolvedNodeOptions,
  { executor, kinds }: NodeHandlers,
  events: Metrics,
  place: TemporalConfig & { connection: NativeConnection; incarnation: string },
): Promise<Worker> {
  const { name, pool, slots, log, cancelGraceMs, shutdownGraceMs } = node;
  const { connection, namespace, incarnation } = place;
  let worker: Worker | undefined;
  const isStopping = (): boolean => worker !== undefined && worker.getState() !== 'RUNNING';
  const deps = { node: name, pool, kinds, executor, log, events, isStopping, cancelGraceMs };
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
  closers: Closers,
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
      await closers.closeAll();
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

function whyNotReady(worker: Worker): Promise<string | undefined> {
  const { runState, hasOutstandingActivityPoll, numInFlightActivities } = worker.getStatus();
  if (runState !== 'RUNNING') return Promise.resolve(`its worker is ${runState.toLowerCase()}`);
  const isWorking = hasOutstandingActivityPoll || numInFlightActivities > 0;
  return Promise.resolve(isWorking ? undefined : 'it does not poll');
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
