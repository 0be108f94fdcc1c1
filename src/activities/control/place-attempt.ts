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

/** Chooses a place for an attempt by the rule of the domain, and reserves it. */
export async function placeAttempt(
  ledger: Ledger,
  events: ControlEvents,
  request: PlaceRequest,
): Promise<Placed> {
  const { pool, pin, since, alarmAfterMs } = request;
  const situation = await ledger.placeSituation({ pool, pin: pin?.node });
  const choice = choosePlace(request, situation, Math.random());
  const placed = await take(ledger, request, choice);
  const waitedMs = situation.now - since;
  // On the queue of the node of its pin it may go on waiting.
  const mayWait = placed.kind !== 'node' || placed.node === pin?.node;
  if (waitedMs >= alarmAfterMs && mayWait) events.jobPending(request, waitedMs, placed);
  return placed;
}

/** Finds every node that would take a job, however busy; without any, it waits as others do. */
export async function nodesFor(
  ledger: Ledger,
  events: ControlEvents,
  request: PlaceRequest,
): Promise<FoundNodes> {
  const { pool, since, alarmAfterMs } = request;
  const situation = await ledger.placeSituation({ pool });
  const names = usableNodes(situation.nodes, request).map(({ name }) => name);
  if (names.length > 0) {
    await ledger.clearPlace(request);
    return { kind: 'nodes', names };
  }
  const choice = choosePlace(request, situation, 0);
  const fallback = choice.kind === 'node' ? choice.otherwise : choice;
  const placed = await settleFor(ledger, request, fallback);
  const waitedMs = situation.now - since;
  if (waitedMs >= alarmAfterMs) events.jobPending(request, waitedMs, placed);
  return placed;
}

async function take(ledger: Ledger, request: PlaceRequest, choice: PlaceChoice): Promise<Placed> {
  if (choice.kind !== 'node') return settleFor(ledger, request, choice);
  const isPinned = request.pin?.node === choice.candidates[0]?.name;
  for (const node of choice.candidates.slice(0, ASKED_NODES)) {
    const { name, incarnation } = node;
    if (!isPinned && !(await hasRoom(node))) continue;
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

async function hasRoom({ name, incarnation, slots }: PlaceNode): Promise<boolean> {
  const beat = await readNode(name, incarnation).catch(() => undefined);
  return (beat?.slotsUsed ?? 0) < slots;
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
