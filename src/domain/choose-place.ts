import type { JobSpec, Pin } from './job.ts';
import type { Labels } from './labels.ts';
import { hasLabels, labelText } from './labels.ts';
import type {
  PlaceChoice,
  PlaceFallback,
  PlaceNode,
  PlaceRequest,
  PlaceSituation,
} from './placement.ts';

/** How long a node may take to start what was put on its own queue. */
export const SCHEDULE_TO_START_MS = 5_000;

/**
 * A pinned job keeps its turn on the queue of a busy node, whatever its policy for a node that is away:
 * it is told when the node goes, and follows the policy then.
 */
const PINNED_SCHEDULE_TO_START_MS = 3_600_000;

/** The server may tell of a lost lease this much later. */
const SILENCE_RESERVE_MS = 1_500;

/** A slot becomes free without news of a node, so a job that waits for one looks again. */
const LOOK_FOR_SLOT_MS = 10_000;

/** The news that a node changed may have come before the wait was on record, so look again soon. */
const LOOK_FOR_CHANGE_MS = 1_000;

/**
 * Whether every attempt of a job needs a place chosen for it. Most go to their pool's queue, which
 * balances the load by itself and costs nothing.
 */
export function isChoosy(
  spec: Pick<JobSpec, 'pin' | 'labels' | 'preferLabels' | 'liveness' | 'slots'>,
): boolean {
  return (
    spec.pin !== undefined ||
    spec.liveness === 'lease' ||
    spec.slots > 1 ||
    Object.keys(spec.labels).length > 0 ||
    Object.keys(spec.preferLabels).length > 0
  );
}

/**
 * The rule of placement.
 *
 * @param random from 0 up to 1: where among equals to begin
 */
export function choosePlace(
  request: PlaceRequest,
  situation: PlaceSituation,
  random: number,
): PlaceChoice {
  const { failAfterMs, since, isFailover, pin } = request;
  const { now, pause } = situation;
  if (failAfterMs !== undefined && now >= since + failAfterMs) {
    const message = `no node took it within ${failAfterMs / 1000} s`;
    return { kind: 'fail', code: 'pending_timeout', message };
  }
  const choice =
    isFailover && pause !== undefined && pause.until > now
      ? wait(pause.why, { until: pause.until })
      : pin === undefined
        ? chooseInPool(request, situation, random)
        : choosePinned(request, pin, situation, random);
  return failAfterMs === undefined ? choice : withLimit(choice, since + failAfterMs, now);
}

function choosePinned(
  request: PlaceRequest,
  pin: Pin,
  situation: PlaceSituation,
  random: number,
): PlaceChoice {
  const node = situation.nodes.find(({ name }) => name === pin.node);
  const why = whyUnusable(pin.node, node, request);
  const endsAt = request.since + pin.afterMs;
  const silentUntil = silentUntilMs(request, node, situation.now);
  if (why === undefined && silentUntil !== undefined && pin.onOffline !== 'fallback') {
    return wait(`node ${pin.node} fell silent: it may be lost`, {
      node: pin.node,
      until: silentUntil,
    });
  }
  if (node !== undefined && why === undefined && silentUntil === undefined) {
    const patienceMs = alarmInMs(request, situation.now);
    const scheduleToStartMs = Math.min(PINNED_SCHEDULE_TO_START_MS, patienceMs);
    const until = situation.now + LOOK_FOR_CHANGE_MS;
    const otherwise = wait(`node ${pin.node} just changed`, { node: pin.node, until });
    return { kind: 'node', candidates: [node], scheduleToStartMs, otherwise };
  }
  const reason = why ?? `node ${pin.node} fell silent: it may be lost`;
  switch (pin.onOffline) {
    case 'wait':
      return wait(reason, { node: pin.node });
    case 'fallback':
      if (situation.now < endsAt) return wait(reason, { node: pin.node, until: endsAt });
      return chooseInPool({ ...request, pin: undefined }, situation, random);
    case 'fail':
      if (situation.now < endsAt) return wait(reason, { node: pin.node, until: endsAt });
      return { kind: 'fail', code: 'node_offline', message: reason };
  }
}

/** When to look again so that an alert is raised for a job that has waited too long on a queue. */
function alarmInMs({ since, alarmAfterMs }: PlaceRequest, now: number): number {
  const leftMs = since + alarmAfterMs - now;
  return leftMs > 0 ? leftMs : Infinity;
}

function whyUnusable(
  name: string,
  node: PlaceNode | undefined,
  { kind, labels, slots = 1 }: Pick<PlaceRequest, 'kind' | 'labels' | 'slots'>,
): string | undefined {
  if (node === undefined) return `no node ${name} is registered`;
  if (node.state === 'offline') return `node ${name} is offline`;
  if (node.mode !== 'enabled') return `node ${name} is ${node.mode}`;
  if (node.isStopping) return `node ${name} is stopping`;
  if (!node.kinds.includes(kind)) return `node ${name} does not run kind "${kind}"`;
  if (!hasLabels(node.labels, labels)) return `node ${name} is not labelled ${labelText(labels)}`;
  if (node.slots < slots) return `node ${name} has ${node.slots} of the ${slots} slots it takes`;
  return undefined;
}

/**
 * Until when a node must be taken for lost, on which the job's last attempt fell silent: by then its
 * lease has run out, or it lives. Its open poll would swallow the next attempt, too.
 */
function silentUntilMs(
  { silentNode, since }: PlaceRequest,
  node: PlaceNode | undefined,
  now: number,
): number | undefined {
  if (node === undefined || node.name !== silentNode) return undefined;
  const until = since + node.leaseMs + SILENCE_RESERVE_MS;
  return now < until ? until : undefined;
}

/** The nodes that would take a job of a kind now. */
export function usableNodes(
  nodes: readonly PlaceNode[],
  wanted: Pick<PlaceRequest, 'pool' | 'kind' | 'labels' | 'slots'>,
): readonly PlaceNode[] {
  return nodes.filter(
    (node) => node.pool === wanted.pool && whyUnusable(node.name, node, wanted) === undefined,
  );
}

function chooseInPool(
  request: PlaceRequest,
  { nodes, now }: PlaceSituation,
  random: number,
): PlaceChoice {
  const { avoid, slots: needed = 1 } = request;
  const usable = usableNodes(nodes, request).filter(
    (node) => silentUntilMs(request, node, now) === undefined,
  );
  const others = usable.filter(({ name }) => !avoid.includes(name));
  const wanted = others.length > 0 ? others : usable;
  const withRoom = wanted.filter(({ reserved, slots }) => reserved + needed <= slots);
  const otherwise = withoutNode(request, nodes, usable.length, now);
  if (withRoom.length === 0) return otherwise;
  const candidates = inOrder(withRoom, request.preferLabels, random);
  return { kind: 'node', candidates, scheduleToStartMs: SCHEDULE_TO_START_MS, otherwise };
}

function withoutNode(
  request: PlaceRequest,
  nodes: readonly PlaceNode[],
  usable: number,
  now: number,
): PlaceFallback {
  const { pool, kind, labels, slots = 1, needsNode } = request;
  const isPicky = Object.keys(labels).length > 0;
  if (!isPicky && !needsNode) return { kind: 'pool' };
  const which = isPicky ? ` with ${labelText(labels)}` : '';
  const none = `no node of pool ${pool}${which}`;
  if (usable > 0) {
    const room = slots === 1 ? 'a free slot' : `${slots} free slots`;
    return wait(`${none} has ${room}`, { until: now + LOOK_FOR_SLOT_MS });
  }
  const areSmall = slots > 1 && usableNodes(nodes, { ...request, slots: 1 }).length > 0;
  return wait(areSmall ? `${none} has ${slots} slots` : `${none} runs kind "${kind}" now`, {});
}

/** Those with the most preferred labels first; among equals a random one begins. */
function inOrder(nodes: readonly PlaceNode[], prefer: Labels, random: number): PlaceNode[] {
  const first = Math.floor(random * nodes.length);
  const turned = [...nodes.slice(first), ...nodes.slice(0, first)];
  return turned.sort((a, b) => matches(b.labels, prefer) - matches(a.labels, prefer));
}

function matches(labels: Labels, wanted: Labels): number {
  return Object.entries(wanted).filter(([name, value]) => labels[name] === value).length;
}

function wait(
  why: string,
  { node, until }: { node?: string; until?: number },
): Extract<PlaceFallback, { kind: 'wait' }> {
  return { kind: 'wait', why, node, until };
}

/** A wait ends when the job's patience does, also one on the queue of a node. */
function withLimit<Choice extends PlaceChoice>(
  choice: Choice,
  limitAt: number,
  now: number,
): Choice {
  switch (choice.kind) {
    case 'node':
      return {
        ...choice,
        scheduleToStartMs: Math.min(choice.scheduleToStartMs, limitAt - now),
        otherwise: withLimit(choice.otherwise, limitAt, now),
      };
    case 'wait':
      return { ...choice, until: Math.min(choice.until ?? limitAt, limitAt) };
    case 'pool':
    case 'fail':
      return choice;
  }
}
