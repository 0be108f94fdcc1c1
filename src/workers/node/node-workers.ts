import type { NativeConnection, WorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { LeaseActivities, NodeActivities } from '../../domain/activities.ts';
import { nodeIdentity } from '../../domain/node-identity.ts';
import { leaseQueue, nodeQueue, poolQueue } from '../../domain/queues.ts';
import { runWorker } from '../run-worker.ts';
import type { WorkerPayloads } from '../worker-payloads.ts';
import type { ResolvedNodeOptions } from './node-options.ts';
import type { PollPermits } from './poll-permits.ts';

/** What {@link NodeWorkers} are made of. */
export interface NodeWorkerDeps {
  readonly node: ResolvedNodeOptions;
  readonly incarnation: string;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly payloads: WorkerPayloads;
  readonly permits: PollPermits;
  readonly jobActivities: NodeActivities;
  readonly leaseActivities: LeaseActivities;
}

/** How much longer than all its graces a worker may take to stop. */
const STOP_RESERVE_MS = 15_000;

/** The lease, one that comes to take its place, and modes. */
const LEASE_TASKS = 4;

/** How long the end of a lease may take to get through to Temporal. */
const LEASE_QUIET_MS = 2_000;

/** The workers of a node: two that share its slots, and one for its lease that takes none. */
export class NodeWorkers {
  readonly #jobWorkers: readonly Worker[];
  readonly #leaseWorker: Worker;
  readonly #log: Logger;

  private constructor(jobWorkers: readonly Worker[], leaseWorker: Worker, log: Logger) {
    this.#jobWorkers = jobWorkers;
    this.#leaseWorker = leaseWorker;
    this.#log = log;
  }

  /** Makes them; they do not poll yet. */
  static async create(deps: NodeWorkerDeps): Promise<NodeWorkers> {
    const { node, incarnation } = deps;
    const { name, pool, log } = node;
    const queues = [poolQueue(pool), nodeQueue(name, incarnation)];
    const jobWorkers = queues.map((taskQueue) => Worker.create(jobWorkerOptions(deps, taskQueue)));
    const leaseWorker = Worker.create(leaseWorkerOptions(deps));
    return new NodeWorkers(await Promise.all(jobWorkers), await leaseWorker, log);
  }

  /** Whether all of them poll. */
  get arePolling(): boolean {
    return this.#all.every((worker) => worker.getStatus().hasOutstandingActivityPoll);
  }

  /** Why they take no work; undefined when they do. */
  whyNotReady(): string | undefined {
    for (const worker of this.#all) {
      const { runState, hasOutstandingActivityPoll, numInFlightActivities } = worker.getStatus();
      if (runState !== 'RUNNING') return `a worker is ${runState.toLowerCase()}`;
      if (!hasOutstandingActivityPoll && numInFlightActivities === 0) return 'it does not poll';
    }
    return undefined;
  }

  /**
   * Runs them to their end: when the last attempt has ended, `onJobsEnded` shall end the lease.
   *
   * @throws what the first worker that failed threw
   */
  async run(onJobsEnded: () => void): Promise<void> {
    const lease = runWorker(this.#leaseWorker, this.#log, LEASE_QUIET_MS);
    const all = [...this.#jobWorkers.map((worker) => runWorker(worker, this.#log)), lease];
    for (const each of all) each.catch(() => this.stopJobs());
    await Promise.allSettled(all.slice(0, -1));
    onJobsEnded();
    this.stopLease();
    await Promise.allSettled([lease]);
    await Promise.all(all);
  }

  /** Takes no new work, and cancels what runs when the shutdown grace is over. */
  stopJobs(): void {
    this.#jobWorkers.forEach(shutDown);
  }

  /** Takes no more orders; a lease that was not ended is cancelled. */
  stopLease(): void {
    shutDown(this.#leaseWorker);
  }

  get #all(): readonly Worker[] {
    return [...this.#jobWorkers, this.#leaseWorker];
  }
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

function jobWorkerOptions(deps: NodeWorkerDeps, taskQueue: string): WorkerOptions {
  const { shutdownGraceMs, cancelGraceMs } = deps.node;
  return {
    ...commonOptions(deps, taskQueue),
    activities: deps.jobActivities,
    tuner: deps.permits.tuner(),
    maxHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: shutdownGraceMs + cancelGraceMs + STOP_RESERVE_MS,
  };
}

function leaseWorkerOptions(deps: NodeWorkerDeps): WorkerOptions {
  const { name } = deps.node;
  return {
    ...commonOptions(deps, leaseQueue(name, deps.incarnation)),
    activities: deps.leaseActivities,
    maxConcurrentActivityTaskExecutions: LEASE_TASKS,
    // The lease's own calls are what keeps it: the SDK's shall be few.
    maxHeartbeatThrottleInterval: '60s',
    shutdownGraceTime: 0,
    shutdownForceTime: STOP_RESERVE_MS,
  };
}

function commonOptions(
  { node, incarnation, connection, namespace, payloads }: NodeWorkerDeps,
  taskQueue: string,
) {
  return {
    connection,
    namespace,
    taskQueue,
    dataConverter: payloads.dataConverter,
    identity: nodeIdentity(node.name, incarnation),
    // A frozen node's open polls each swallow a dispatch.
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
  } satisfies WorkerOptions;
}
