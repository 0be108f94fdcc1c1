/** How much of a resource one ask is about; `resource` is whatever names it to the caller. */
interface AskedAmount {
  readonly resource: string;
  readonly amount: number;
}

/** A job that waits until it can have all that it needs. */
export interface Ask {
  readonly needs: readonly AskedAmount[];
}

/**
 * What is known of a resource. `unseen`: it is there, but somebody else may change its grants while
 * it is decided.
 */
export type Supply = { readonly capacity: number; readonly held: number } | 'unseen';

/** Who gets what it asks for. */
export interface GrantDecision<A extends Ask> {
  readonly granted: readonly A[];
  /** They would fit as far as can be seen: to be decided again with all of their resources in sight. */
  readonly again: readonly A[];
  /** What is left for later asks; below zero where more is promised than there is. */
  readonly left: ReadonlyMap<string, number>;
}

/**
 * Decides which of the waiting asks are granted, all or nothing each, in the order given.
 *
 * An ask that fits is granted. One that does not keeps its amounts reserved: later asks may use what is
 * left beside it, but cannot starve it. One that can never fit, because a resource is unknown or too
 * small, reserves nothing and so is in nobody's way.
 */
export function decideGrants<A extends Ask>(
  supplies: ReadonlyMap<string, Supply>,
  asks: readonly A[],
): GrantDecision<A> {
  const left = new Map<string, number>();
  for (const [name, supply] of supplies) {
    if (supply !== 'unseen') left.set(name, supply.capacity - supply.held);
  }
  const granted: A[] = [];
  const again: A[] = [];
  for (const ask of asks) {
    if (!isPossible(supplies, ask)) continue;
    const fits = ask.needs.every(
      ({ resource, amount }) => amount <= (left.get(resource) ?? amount),
    );
    const isSeen = ask.needs.every(({ resource }) => left.has(resource));
    if (fits) (isSeen ? granted : again).push(ask);
    for (const { resource, amount } of ask.needs) {
      const free = left.get(resource);
      if (free !== undefined) left.set(resource, free - amount);
    }
  }
  return { granted, again, left };
}

function isPossible(supplies: ReadonlyMap<string, Supply>, { needs }: Ask): boolean {
  return needs.every(({ resource, amount }) => {
    const supply = supplies.get(resource);
    return supply === 'unseen' || (supply !== undefined && amount <= supply.capacity);
  });
}

/** How one need of a waiting job stands. */
export interface NeedSituation extends AskedAmount {
  /** The pool whose resource it is; empty: the fleet's. */
  readonly pool: string;
  /** Undefined: nobody has configured the resource. */
  readonly capacity: number | undefined;
  readonly held: number;
  /** In the queue for this resource, from 1. */
  readonly place: number;
}

/** What a job waits for, in words: the first need that keeps it waiting. */
export function waitWords(needs: readonly NeedSituation[]): string {
  const unknown = needs.find(({ capacity }) => capacity === undefined);
  if (unknown !== undefined) {
    const { resource } = unknown;
    return `waits for resource ${resource}, which nobody has configured: holdfast resources set ${resource} …`;
  }
  const tooMuch = needs.find(({ amount, capacity = 0 }) => amount > capacity);
  if (tooMuch !== undefined) {
    return `asks for ${tooMuch.amount} of ${nameOf(tooMuch)}, of which there are only ${tooMuch.capacity}`;
  }
  const short = needs.find(({ amount, capacity = 0, held }) => held + amount > capacity);
  const first = short ?? needs.find(({ place }) => place > 1) ?? needs[0];
  if (first === undefined) return 'waits for nothing';
  const { amount, capacity, held, place } = first;
  return `waits for ${amount} of ${nameOf(first)}, of which ${held} of ${capacity} are held: ${ordinal(place)} in the queue`;
}

function nameOf({ resource, pool }: NeedSituation): string {
  return pool === '' ? resource : `${resource} of pool ${pool}`;
}

function ordinal(place: number): string {
  const isTeen = Math.floor(place / 10) % 10 === 1;
  return `${place}${(isTeen ? undefined : ['th', 'st', 'nd', 'rd'][place % 10]) ?? 'th'}`;
}
