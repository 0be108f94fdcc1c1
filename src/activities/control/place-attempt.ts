import { getClient } from '@temporalio/activity';
import type { FoundNodes, Placed } from '../../domain/activities.ts';
import type {
  PlaceChoice,
  PlaceFallback,
  PlaceNode,
  PlaceRequest,
} from '../../domain/placement.ts';
import { choosePlace, usableNodes } from '../../domain/choose-place.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ControlEvents } from './control-events.ts';
import { readNode } from './read-lease.ts';

/** Nodes that are asked for a free slot, at most: the ledger knows only of reservations. */
const ASKED_NODES = 4;

/** How long a node's workflow may take to say what it runs. */
const ASK_WITHIN_MS = 1_000;

/** Chooses a place for an attempt by the rule of the domain, and reserves it. */
export async function placeAttempt(
  ledger: Ledger,
  events: ControlEvents,
  request: PlaceRequest,
): Promise<Placed> {
  const { pool, pin } = request;
  const situation = await ledger.placeSituation({ pool, pin: pin?.node, asker: request });
  const choice = choosePlace(request, situation, Math.random());
  const placed = await take(ledger, request, choice);
  // On the queue of the node of its pin it may go on waiting.
  const mayWait = placed.kind !== 'node' || placed.node === pin?.node;
  if (mayWait) tellOfLongWait(events, request, situation.now, placed);
  return placed;
}

function tellOfLongWait(
  events: ControlEvents,
  request: PlaceRequest,
  now: number,
  placed: Placed,
): void {
  const waitedMs = now - request.since;
  if (waitedMs >= request.alarmAfterMs) events.jobPending(request, waitedMs, placed);
}

/** Finds every node that would take a job, however busy; without any, it waits as others do. */
export async function nodesFor(
  ledger: Ledger,
  events: ControlEvents,
  request: PlaceRequest,
): Promise<FoundNodes> {
  const situation = await ledger.placeSituation({ pool: request.pool });
  const names = usableNodes(situation.nodes, request).map(({ name }) => name);
  if (names.length > 0) {
    await ledger.clearPlace(request);
    return { kind: 'nodes', names };
  }
  const choice = choosePlace(request, situation, 0);
  const fallback = choice.kind === 'node' ? choice.otherwise : choice;
  const placed = await settleFor(ledger, request, fallback);
  tellOfLongWait(events, request, situation.now, placed);
  return placed;
}

async function take(ledger: Ledger, request: PlaceRequest, choice: PlaceChoice): Promise<Placed> {
  if (choice.kind !== 'node') return settleFor(ledger, request, choice);
  const isPinned = request.pin?.node === choice.candidates[0]?.name;
  const nodes = isPinned ? choice.candidates : await byRoom(choice, request.slots);
  for (const { name, incarnation } of nodes) {
    // A pinned job queues on its node; any other needs a slot there.
    const isOurs = await ledger.reserve(
      request,
      { node: name, incarnation },
      { overbook: isPinned },
    );
    if (!isOurs) continue;
    return { kind: 'node', node: name, incarnation, scheduleToStartMs: choice.scheduleToStartMs };
  }
  return settleFor(ledger, request, choice.otherwise);
}

/**
 * The candidates, those first whose lease says that they have the slots. The others only where the
 * job would have to wait for a node: on the queue of a busy one it waits no longer.
 */
async function byRoom(
  { candidates, otherwise }: Extract<PlaceChoice, { kind: 'node' }>,
  slots = 1,
): Promise<readonly PlaceNode[]> {
  const asked = candidates.slice(0, ASKED_NODES);
  const answers = await Promise.all(asked.map((node) => hasRoom(node, slots)));
  const free = asked.filter((_, at) => answers[at]);
  return otherwise.kind === 'pool' ? free : [...free, ...asked.filter((_, at) => !answers[at])];
}

/** Whether a node has so many free slots, as far as can be told at once. */
async function hasRoom({ name, incarnation, slots }: PlaceNode, needed: number): Promise<boolean> {
  const deadline = Date.now() + ASK_WITHIN_MS;
  const asking = getClient().withDeadline(deadline, () => readNode(name, incarnation));
  const beat = await asking.catch(() => undefined);
  return beat !== undefined && beat.slotsUsed + needed <= slots;
}

async function settleFor(
  ledger: Ledger,
  { job, generation, pool, kind, since }: PlaceRequest,
  fallback: PlaceFallback,
): Promise<PlaceFallback> {
  if (fallback.kind === 'pool') await ledger.clearPlace({ job, generation });
  if (fallback.kind === 'wait') {
    const { why, node, until } = fallback;
    await ledger.recordWait({ job, generation, pool, kind, node, why, since, until });
  }
  return fallback;
}
