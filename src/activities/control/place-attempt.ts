import type { Placed } from '../../domain/activities.ts';
import type {
  PlaceChoice,
  PlaceFallback,
  PlaceNode,
  PlaceRequest,
} from '../../domain/placement.ts';
import { choosePlace } from '../../domain/placement.ts';
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
  if (waitedMs >= alarmAfterMs && placed.kind !== 'node')
    events.jobPending(request, waitedMs, placed);
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
