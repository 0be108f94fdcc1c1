import {
  ActivityCancellationType,
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LeaseActivities } from '../domain/activities.ts';
import type { ModeOrder, NodeNews, NodeStatus } from '../domain/messages.ts';
import {
  CHANGE_MODE_UPDATE,
  DRAINED_SIGNAL,
  FORGET_UPDATE,
  NODE_STATUS_QUERY,
  REGISTER_SIGNAL,
  STOPPING_SIGNAL,
} from '../domain/messages.ts';
import type { HeldAttempt, NodeEvent, NodeModeChange, NodeRegistration } from '../domain/node.ts';
import { ENABLED } from '../domain/node.ts';
import { leaseQueue } from '../domain/queues.ts';
import { refuseLease } from './lease.ts';
import { failOver, forgetNode, readLease, recordNode } from './ledger-call.ts';

const registerSignal = defineSignal<[NodeRegistration]>(REGISTER_SIGNAL);
const stoppingSignal = defineSignal<[NodeNews]>(STOPPING_SIGNAL);
const drainedSignal = defineSignal<[NodeNews]>(DRAINED_SIGNAL);
const changeModeUpdate = defineUpdate<NodeStatus, [ModeOrder]>(CHANGE_MODE_UPDATE);
const forgetUpdate = defineUpdate<NodeStatus, [{ by: string; reason: string }]>(FORGET_UPDATE);
const statusQuery = defineQuery<NodeStatus>(NODE_STATUS_QUERY);

/** What a node's workflow carries over when it continues as new. */
export interface NodeMemory {
  readonly mode: NodeModeChange;
  readonly seq: number;
  readonly registration: NodeRegistration | undefined;
  /** The incarnations that have registered, in the order of their first time. */
  readonly seen: readonly string[];
  /** A registration that came while the workflow was busy. */
  readonly next: NodeRegistration | undefined;
}

/** A node while its workflow runs. */
export interface NodeRun {
  readonly name: string;
  mode: NodeModeChange;
  /** Grows with every change on record. */
  seq: number;
  isOnline: boolean;
  isStopping: boolean;
  /** The newest that was served. */
  registration: NodeRegistration | undefined;
  /** The incarnations that have registered, in the order of their first time. */
  seen: readonly string[];
  /** One that waits to be served. */
  next: NodeRegistration | undefined;
  /** When it came. */
  nextAt: number;
  /** The activity id of the lease that is held. */
  leaseId: string | undefined;
  isForgotten: boolean;
}

/** The run of this workflow's node, with its messages answered. */
export function startNodeRun(memory: NodeMemory | undefined): NodeRun {
  const run: NodeRun = {
    name: workflowInfo().workflowId.slice('node/'.length),
    mode: memory?.mode ?? ENABLED,
    seq: memory?.seq ?? 0,
    isOnline: false,
    isStopping: false,
    registration: memory?.registration,
    seen: memory?.seen ?? [],
    next: memory?.next,
    nextAt: Date.now(),
    leaseId: undefined,
    isForgotten: false,
  };
  setHandler(registerSignal, (registration) => noteRegistration(run, registration));
  setHandler(stoppingSignal, (news) => noteStopping(run, news));
  setHandler(drainedSignal, (news) => noteDrained(run, news));
  setHandler(changeModeUpdate, (order) => changeMode(run, order));
  setHandler(forgetUpdate, (order) => forget(run, order));
  setHandler(statusQuery, () => statusOf(run));
  return run;
}

/** Puts the node as it is now on record. */
export async function record(
  run: NodeRun,
  event: NodeEvent,
  { by = run.name, reason = '' }: { by?: string; reason?: string } = {},
): Promise<void> {
  const { registration } = run;
  if (registration === undefined) return;
  // Also over a workflow that was ended by force and begun anew.
  run.seq = Math.max(run.seq + 1, Date.now());
  const { name, mode, isStopping, seq } = run;
  const state = run.isOnline ? 'online' : 'offline';
  const at = Date.now();
  const change = { name, registration, state, isStopping, mode, event, by, reason, at, seq };
  await recordNode({ ...change, state });
}

/** What the node says that it runs; nothing when it cannot be told. */
export async function runningOn(
  leaseId: string | undefined,
): Promise<readonly HeldAttempt[] | undefined> {
  if (leaseId === undefined) return undefined;
  const { workflowId, runId } = workflowInfo();
  return (await readLease({ workflowId, runId, activityId: leaseId }))?.running;
}

function statusOf({ name, isOnline, mode, isStopping, registration }: NodeRun): NodeStatus {
  return { name, state: isOnline ? 'online' : 'offline', mode, isStopping, registration };
}

function isOfNow(run: NodeRun, { incarnation }: NodeNews): boolean {
  return run.isOnline && run.registration?.incarnation === incarnation;
}

/** How many incarnations are remembered: a process that is older than these is long gone. */
const REMEMBERED_INCARNATIONS = 50;

/** A process that comes back after another one took its name must not take it away again. */
function noteRegistration(run: NodeRun, registration: NodeRegistration): void {
  const { incarnation } = registration;
  const { name, mode, seen } = run;
  if (seen.includes(incarnation) && seen.at(-1) !== incarnation) {
    refuseLease({ node: name, incarnation, mode });
    return;
  }
  run.seen = [...seen.filter((each) => each !== incarnation), incarnation].slice(
    -REMEMBERED_INCARNATIONS,
  );
  run.next = registration;
  run.nextAt = Date.now();
}

async function noteStopping(run: NodeRun, news: NodeNews): Promise<void> {
  if (!isOfNow(run, news) || run.isStopping) return;
  run.isStopping = true;
  await record(run, 'stopping');
  await recall(run, await tellNode(run));
}

async function noteDrained(run: NodeRun, news: NodeNews): Promise<void> {
  if (!isOfNow(run, news) || run.mode.mode !== 'draining') return;
  const { length } = news.handedBack;
  const jobs = news.handedBack.map(({ job }) => job).join(', ');
  const reason = length === 0 ? 'nothing handed back' : `${length} handed back: ${jobs}`;
  await record(run, 'drained', { reason: reason.slice(0, 2_000) });
}

async function changeMode(run: NodeRun, order: ModeOrder): Promise<NodeStatus> {
  const { mode, reason, by, deadlineMs } = order;
  if (run.registration === undefined) {
    throw refusal('node_not_found', `node ${run.name} is not registered`);
  }
  const at = Date.now();
  const hasDeadline = mode === 'draining' && deadlineMs !== undefined;
  const deadline = hasDeadline ? { deadlineAt: at + deadlineMs } : {};
  run.mode = { mode, reason, by, at, ...deadline };
  await record(run, mode, { by, reason });
  const running = await tellNode(run);
  if (mode !== 'enabled') await recall(run, running);
  return statusOf(run);
}

async function forget(run: NodeRun, { by, reason }: { by: string; reason: string }) {
  if (run.isOnline) {
    throw refusal('invalid_input', `node ${run.name} is online: drain it and stop it first`);
  }
  const isGone = await forgetNode({ name: run.name, by, reason });
  if (!isGone || run.next !== undefined || run.isOnline) {
    throw refusal(
      'invalid_input',
      `node ${run.name} has just registered: drain it and stop it first`,
    );
  }
  run.isForgotten = true;
  return statusOf(run);
}

function refusal(type: 'node_not_found' | 'invalid_input', message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

/**
 * Tells a live node its mode, and is told what it runs. One that cannot be reached learns it with its
 * next lease; of that one the last beat tells.
 */
async function tellNode(run: NodeRun): Promise<readonly HeldAttempt[] | undefined> {
  const { name, registration, mode, isOnline, leaseId } = run;
  if (registration === undefined || !isOnline) return undefined;
  const node = proxyActivities<LeaseActivities>({
    taskQueue: leaseQueue(name, registration.incarnation),
    scheduleToStartTimeout: '5s',
    startToCloseTimeout: '5s',
    retry: { maximumAttempts: 3, initialInterval: '500ms', backoffCoefficient: 2 },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  });
  try {
    return (await node.applyMode(mode)).running;
  } catch (error) {
    log.warn('node.untold', { node: name, error });
    return runningOn(leaseId);
  }
}

/** Sends elsewhere what was placed on the node and does not run there. */
async function recall(
  { name, registration, isOnline }: NodeRun,
  running: readonly HeldAttempt[] | undefined,
): Promise<void> {
  // What runs must not be called back, so nothing is while that is not known.
  if (registration === undefined || !isOnline || running === undefined) return;
  const { incarnation, pool } = registration;
  await failOver({ name, incarnation, pool, why: 'recalled', at: Date.now(), running });
}
