import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import type { LeftNode } from '../domain/activities.ts';
import type { HeldAttempt, NodeEvent, NodeRegistration } from '../domain/node.ts';
import { failOver } from './ledger-call.ts';
import type { LeaseEnding } from './lease.ts';
import { grantLease } from './lease.ts';
import type { NodeMemory, NodeRun } from './node-run.ts';
import { record, runningOn, startNodeRun } from './node-run.ts';

/**
 * One node by its name: who holds it, and in which mode it is. It lives until it is forgotten, and
 * ignores a cancellation: what would fail over the jobs of a node that nobody watches?
 */
export async function node(memory?: NodeMemory): Promise<void> {
  await CancellationScope.nonCancellable(() => watch(startNodeRun(memory)));
}

async function watch(run: NodeRun): Promise<void> {
  for (;;) {
    await condition(() => run.next !== undefined || run.isForgotten);
    if (run.isForgotten) break;
    await host(run, takeNext(run));
    if (workflowInfo().continueAsNewSuggested && !run.isForgotten) {
      await condition(allHandlersFinished);
      const { mode, seq, registration, seen, next } = run;
      await continueAsNew<typeof node>({ mode, seq, registration, seen, next });
    }
  }
  await condition(allHandlersFinished);
}

function takeNext(run: NodeRun): NodeRegistration {
  const { next } = run;
  run.next = undefined;
  return next!;
}

/** One incarnation of the node, from its registration to its end. */
async function host(run: NodeRun, registration: NodeRegistration): Promise<void> {
  run.registration = registration;
  run.isOnline = true;
  run.isStopping = false;
  const { incarnation } = registration;
  // Not waited for: the lease does not depend on the ledger.
  const recorded = record(run, 'registered', { reason: `incarnation ${incarnation}` });
  const ending = await holdLeases(run, registration);
  dropStale(run, registration, ending);
  await recorded;
  switch (ending.kind) {
    case 'superseded':
      return leave(run, registration, 'superseded', ending.running);
    case 'lost':
      log.warn('node.lost', { node: run.name, incarnation, running: ending.running.length });
      return leave(run, registration, 'lost', ending.running);
    case 'stopped':
      return leave(run, registration, 'stopped', []);
  }
}

/** A node that repeated its registration while it held its lease, and is gone now, is not to be hosted. */
function dropStale(run: NodeRun, { incarnation, leaseMs }: NodeRegistration, ending: HostEnding) {
  if (run.next?.incarnation !== incarnation) return;
  const isOld = Date.now() - run.nextAt >= leaseMs;
  if (ending.kind === 'stopped' || isOld) run.next = undefined;
}

type HostEnding =
  | Exclude<LeaseEnding, { kind: 'renewal' }>
  | { readonly kind: 'superseded'; readonly running: readonly HeldAttempt[] };

/** Grants a lease, and again when its time is over, until the node has left. */
async function holdLeases(run: NodeRun, registration: NodeRegistration): Promise<HostEnding> {
  const { incarnation } = registration;
  for (let count = 1; ; count++) {
    const { name, mode } = run;
    run.leaseId = `lease/${incarnation}/${count}`;
    const lease = grantLease({ node: name, incarnation, mode }, registration, run.leaseId);
    const superseded = condition(() => isSuperseded(run, incarnation));
    const ending = await Promise.race([lease.ended, superseded]);
    if (ending === undefined) {
      const running = (await runningOn(run.leaseId)) ?? [];
      lease.takeAway();
      run.leaseId = undefined;
      return { kind: 'superseded', running };
    }
    run.leaseId = undefined;
    if (ending.kind !== 'renewal') return ending;
  }
}

/** Another process has taken the name. A node that registers again is the same one. */
function isSuperseded({ next }: NodeRun, incarnation: string): boolean {
  return next !== undefined && next.incarnation !== incarnation;
}

/** Puts the end of an incarnation on record, and sends its jobs elsewhere. */
async function leave(
  run: NodeRun,
  { incarnation, pool }: NodeRegistration,
  why: Exclude<LeftNode['why'], 'recalled'>,
  running: readonly HeldAttempt[],
): Promise<void> {
  run.isOnline = false;
  const event: NodeEvent = why;
  await record(run, event, { reason: `incarnation ${incarnation}` });
  await failOver({ name: run.name, incarnation, pool, why, at: Date.now(), running });
}
