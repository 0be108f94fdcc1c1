import type {
  PlaceChoice,
  PlaceNode,
  PlaceRequest,
  PlaceSituation,
} from '../../src/domain/placement.ts';
import { choosePlace } from '../../src/domain/choose-place.ts';

/** When the choices are made. */
export const NOW = 1_763_738_262_123;

/** An attempt that may run anywhere in pool gpu, unless it is given otherwise. */
export function requestOf(given: Partial<PlaceRequest> = {}): PlaceRequest {
  return {
    job: 'j',
    generation: 1,
    epoch: 1,
    kind: 'greet',
    pool: 'gpu',
    pin: undefined,
    labels: {},
    preferLabels: {},
    needsNode: false,
    silentNode: undefined,
    isFailover: false,
    avoid: [],
    since: NOW,
    alarmAfterMs: 300_000,
    failAfterMs: undefined,
    ...given,
  };
}

/** A node of pool gpu that is free, unless it is given otherwise. */
export function nodeOf(name: string, given: Partial<PlaceNode> = {}): PlaceNode {
  return {
    name,
    incarnation: `${name}-1`,
    pool: 'gpu',
    state: 'online',
    mode: 'enabled',
    isStopping: false,
    slots: 2,
    leaseMs: 5_000,
    kinds: ['greet'],
    labels: {},
    reserved: 0,
    ...given,
  };
}

/** What the rule chooses; always the first among equals, unless `random` is given. */
export function choose(
  request: Partial<PlaceRequest>,
  nodes: readonly PlaceNode[],
  { random = 0, ...given }: Partial<PlaceSituation> & { random?: number } = {},
): PlaceChoice {
  return choosePlace(requestOf(request), { now: NOW, nodes, pause: undefined, ...given }, random);
}

/** The nodes of a choice, in its order. */
export function names(choice: PlaceChoice): string[] {
  return choice.kind === 'node' ? choice.candidates.map(({ name }) => name) : [];
}

/** The choice to wait. */
export function wait(
  why: string,
  { node, until }: { node?: string; until?: number } = {},
): PlaceChoice {
  return { kind: 'wait', why, node, until };
}

/** The choice of the pool's queue. */
export const POOL: PlaceChoice = { kind: 'pool' };

/** What keeps a node from being used, in words. */
export const UNUSABLE: [string, Partial<PlaceNode> | undefined, string][] = [
  ['unknown', undefined, 'no node n1 is registered'],
  ['offline', { state: 'offline' }, 'node n1 is offline'],
  ['offline and cordoned', { state: 'offline', mode: 'cordoned' }, 'node n1 is offline'],
  ['cordoned', { mode: 'cordoned' }, 'node n1 is cordoned'],
  ['draining', { mode: 'draining' }, 'node n1 is draining'],
  ['stopping', { isStopping: true }, 'node n1 is stopping'],
  ['without the kind', { kinds: ['other'] }, 'node n1 does not run kind "greet"'],
];
