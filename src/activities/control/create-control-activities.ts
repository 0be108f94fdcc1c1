import { ApplicationFailure } from '@temporalio/activity';
import type {
  AskGrant,
  CloseJob,
  ControlActivities,
  LeftNode,
  NodeChange,
  NodeControlActivities,
  OpenJob,
} from '../../domain/activities.ts';
import { codeOf, HoldfastError } from '../../domain/errors.ts';
import type { SessionSlot } from '../../domain/job.ts';
import type { ArrivedResult } from '../../domain/late-result.ts';
import type { PlaceRequest } from '../../domain/placement.ts';
import type { StormPolicies } from '../../domain/storm.ts';
import { stormPolicyOf } from '../../domain/storm.ts';
import type { TickActivities, TickRequest } from '../../domain/tick.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { askGrant } from './ask-grant.ts';
import type { ControlEvents } from './control-events.ts';
import type { TemporalWatch } from './excuse-loss.ts';
import { excuseLoss } from './excuse-loss.ts';
import { failOver } from './fail-over.ts';
import { findAttempt } from './find-attempt.ts';
import { closeInLedger, judgeInLedger, openInLedger } from './open-and-close.ts';
import { nodesFor, placeAttempt } from './place-attempt.ts';
import { readLease } from './read-lease.ts';
import { forgetNode, recordNode } from './record-node.ts';
import type { PlanRuns } from './start-plan.ts';
import { tellNextWaiting } from './tell-waiting.ts';
import { endTick, planTick, startTick } from './tick-plan.ts';
import { startPlanned } from './tick-start.ts';

/** What control activities work with. */
export interface ControlDeps {
  readonly ledger: Ledger;
  readonly events: ControlEvents;
  readonly storm: StormPolicies;
  readonly watch: TemporalWatch;
  readonly plans: PlanRuns;
}

/** What an orchestrator does for workflows, over one ledger. */
export function createControlActivities(
  deps: ControlDeps,
): ControlActivities & NodeControlActivities & TickActivities {
  const { ledger, events, storm, watch } = deps;
  const activity = <Argument, Result>(
    call: string,
    work: (argument: Argument) => Promise<Result>,
  ) => asActivity(timed(call, events, work));
  return {
    openJob: activity('openJob', (open: OpenJob) => openInLedger(ledger, events, open)),
    isTurn: activity('isTurn', (slot: SessionSlot) => ledger.isTurn(slot)),
    askGrant: activity('askGrant', (ask: AskGrant) => askGrant(ledger, ask)),
    judgeResult: activity('judgeResult', (arrival: ArrivedResult) =>
      judgeInLedger(ledger, events, arrival),
    ),
    closeJob: activity('closeJob', (close: CloseJob) => closeInLedger(ledger, events, close)),
    placeAttempt: activity('placeAttempt', (request: PlaceRequest) =>
      placeAttempt(ledger, events, request),
    ),
    clearPlace: activity('clearPlace', (place: { job: string; generation: number; pool: string }) =>
      clearPlace(ledger, place),
    ),
    excuseLoss: activity('excuseLoss', (loss: { pool: string; graceMs: number }) =>
      excuseLoss(ledger, watch, loss),
    ),
    nodesFor: activity('nodesFor', (request: PlaceRequest) => nodesFor(ledger, events, request)),
    recordNode: activity('recordNode', (change: NodeChange) => recordNode(ledger, change)),
    failOver: activity('failOver', (left: LeftNode) =>
      failOver(ledger, events, stormPolicyOf(storm, left.pool), left),
    ),
    forgetNode: activity('forgetNode', (node: { name: string; by: string; reason: string }) =>
      forgetNode(ledger, node),
    ),
    startTick: activity('startTick', (tick: { schedule: string }) => startTick(ledger, tick)),
    planTick: activity('planTick', (request: TickRequest) => planTick(ledger, events, request)),
    startPlanned: activity(
      'startPlanned',
      (request: Parameters<TickActivities['startPlanned']>[0]) => startPlanned(deps, request),
    ),
    endTick: activity('endTick', (tick: Parameters<TickActivities['endTick']>[0]) =>
      endTick(ledger, tick),
    ),
    findAttempt: asActivity(findAttempt),
    readLease: asActivity(readLease),
  };
}

async function clearPlace(
  ledger: Ledger,
  place: { job: string; generation: number; pool: string },
): Promise<void> {
  await ledger.clearPlace(place);
  await tellNextWaiting(ledger, place.pool);
}

function timed<Argument, Result>(
  call: string,
  events: ControlEvents,
  work: (argument: Argument) => Promise<Result>,
): (argument: Argument) => Promise<Result> {
  return async (argument) => {
    const startedAt = performance.now();
    const ended = (outcome: string) =>
      events.ledgerCalled(call, outcome, performance.now() - startedAt);
    try {
      const result = await work(argument);
      ended('ok');
      return result;
    } catch (error) {
      ended(codeOf(error));
      throw error;
    }
  };
}

/** Errors of the table keep their code over the wire, and only the retryable ones are retried. */
function asActivity<Args extends unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    try {
      return await work(...args);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      throw ApplicationFailure.create({
        type: error.code,
        message: error.message,
        nonRetryable: !error.retryable,
        cause: error,
      });
    }
  };
}
