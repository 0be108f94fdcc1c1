import { createLeaseActivities } from '../../activities/node/create-lease-activities.ts';
import { NodeLease } from '../../activities/node/node-lease.ts';
import { atMost } from '../../activities/node/pause.ts';
import { createNodeActivities } from '../../activities/node/run-job.ts';
import { RunningAttempts } from '../../activities/node/running-attempts.ts';
import { STOPPING_SIGNAL } from '../../domain/messages.ts';
import type { LeaseBeat } from '../../domain/node.ts';
import { dropGone, fence } from './node-fencing.ts';
import { NodeModes } from './node-mode.ts';
import type { NodeProcessDeps } from './node-process-deps.ts';
import { nodeRegistration } from './node-registration.ts';
import { NodeWorkers } from './node-workers.ts';
import { PollPermits } from './poll-permits.ts';
import { Registration } from './registration.ts';
import { SlotGate } from './slot-gate.ts';
import { throwWhyEnded } from './why-ended.ts';

/** How long a stop waits for the word of it to get through. */
const TELL_STOP_MS = 300;

/** One incarnation of a node, from its registration to its end. */
export class NodeProcess {
  readonly #deps: NodeProcessDeps;
  readonly #gate: SlotGate;
  readonly #running: RunningAttempts;
  readonly #lease: NodeLease;
  readonly #modes: NodeModes;
  readonly #registration: Registration;
  #workers: NodeWorkers | undefined;
  #isStopping = false;
  #isSuperseded = false;

  private constructor(deps: NodeProcessDeps) {
    this.#deps = deps;
    const { node, incarnation, calls, metrics, handlers, payloads } = deps;
    const { name, log, slots, leaseMs } = node;
    const gate = (this.#gate = new SlotGate(slots, metrics));
    payloads.onChange(() => gate.setUnable(payloads.whyUnreadable()));
    const running = (this.#running = new RunningAttempts(() => this.#modes.checkDrained()));
    this.#modes = new NodeModes({ node: name, incarnation, gate, running, calls, log });
    const registration = nodeRegistration(node, incarnation, handlers.kinds);
    this.#registration = new Registration({ node: name, registration, calls, log });
    this.#lease = new NodeLease({
      leaseMs,
      sendBeat: calls.sendBeat,
      describe: () => this.#describe(),
      events: {
        held: () => this.#onHeld(),
        stale: () => fence(this.#fencing, 'its lease has run out'),
        lost: () => this.#onLost(),
        superseded: () => this.#onSuperseded(),
      },
    });
    metrics.nodeSlots(slots);
    metrics.slotsUsed(0);
  }

  /** Makes it; it does not poll yet. */
  static async create(deps: NodeProcessDeps): Promise<NodeProcess> {
    const made = new NodeProcess(deps);
    made.#workers = await made.#createWorkers();
    return made;
  }

  get isPolling(): boolean {
    return this.#workers!.arePolling;
  }

  /** Why it takes no work now, or cannot prove that it lives; undefined when all is well. */
  whyNotReady(): string | undefined {
    const why = this.#workers!.whyNotReady() ?? this.#gate.whyClosed();
    if (why !== undefined || this.#lease.isFresh()) return why;
    const isFirst = this.#lease.ageMs() === undefined;
    return isFirst ? 'no orchestrator has granted it a lease yet' : 'its lease has run out';
  }

  /**
   * Runs it to its end.
   *
   * @throws HoldfastError `node_superseded` or `node_stuck`, or what a worker threw
   */
  async run(): Promise<void> {
    const { node, stuck } = this.#deps;
    const onStuck = (): void => {
      node.log.error({ node: node.name }, 'node.thread_stuck');
      void this.stop();
    };
    stuck.addEventListener('abort', onStuck, { once: true });
    const registering = this.#registration.run();
    try {
      await this.#workers!.run(() => this.#endLease());
    } finally {
      this.#endLease();
      await registering;
    }
    const isStuck = this.#deps.stuck.aborted;
    throwWhyEnded(node.name, { isSuperseded: this.#isSuperseded, isStuck });
  }

  /** Takes no new work, and ends when what runs has ended or was handed back. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { node, incarnation, calls } = this.#deps;
    node.log.info({ node: node.name }, 'node.stopping');
    this.#gate.stop('it is stopping');
    this.#running.forgetHandedBack();
    // Best effort: the end of its lease says it again.
    const told = calls
      .tell(STOPPING_SIGNAL, { incarnation, handedBack: [] })
      .catch(() => undefined);
    if (this.#running.count === 0) {
      // Nothing can start any more, so nothing needs the lease.
      this.#endLease();
      this.#workers!.stopLease();
    } else {
      await atMost(TELL_STOP_MS, told);
    }
    this.#workers!.stopJobs();
  }

  #createWorkers(): Promise<NodeWorkers> {
    const { node, handlers, incarnation, connection, namespace, metrics } = this.#deps;
    const { calls, late, payloads } = this.#deps;
    const { name, pool, log, leaseMs, cancelGraceMs } = node;
    const { sendBeat, complete } = calls;
    const [gate, running, lease] = [this.#gate, this.#running, this.#lease];
    return NodeWorkers.create({
      ...{ node, incarnation, connection, namespace, payloads },
      permits: new PollPermits(gate),
      jobActivities: createNodeActivities({
        ...{ node: name, incarnation, pool, log, leaseMs, cancelGraceMs },
        ...{ kinds: handlers.kinds, executor: handlers.executor },
        ...{ gate, running, lease, sendBeat, complete, events: metrics },
        keepLate: (workflowId, result) => late.keep(workflowId, result),
      }),
      leaseActivities: createLeaseActivities({
        lease,
        setMode: (mode, from) => this.#modes.set(mode, from),
        onSuperseded: () => this.#onSuperseded(),
        describe: () => this.#describe(),
      }),
    });
  }

  #describe(): LeaseBeat {
    this.#deps.metrics.leaseAge(this.#lease.ageMs() ?? 0);
    const { incarnation } = this.#deps;
    return { incarnation, slotsUsed: this.#gate.used, running: this.#running.held };
  }

  #onHeld(): void {
    const { node, incarnation, late } = this.#deps;
    node.log.info({ node: node.name, incarnation, leaseMs: node.leaseMs }, 'node.lease_held');
    this.#registration.granted();
    late.wake();
  }

  #onLost(): void {
    const { node, incarnation } = this.#deps;
    node.log.warn({ node: node.name, incarnation }, 'node.lease_lost');
    void dropGone(this.#fencing);
    this.#registration.lost();
  }

  #onSuperseded(): void {
    if (this.#isSuperseded) return;
    this.#isSuperseded = true;
    const { node, incarnation } = this.#deps;
    node.log.warn({ node: node.name, incarnation }, 'node.superseded');
    this.#gate.stop('another process has taken its name');
    fence(this.#fencing, 'another process has taken its name');
    this.#isStopping = true;
    this.#workers?.stopJobs();
  }

  #endLease(): void {
    this.#registration.stop();
    this.#modes.stop();
    this.#lease.end({ handedBack: this.#running.handedBack });
  }

  get #fencing() {
    const { node } = this.#deps;
    return { node: node.name, log: node.log, running: this.#running };
  }
}
