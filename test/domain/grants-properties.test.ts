import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Supply } from '../../src/domain/grants.ts';
import { decideGrants } from '../../src/domain/grants.ts';

const NAMES = ['a', 'b', 'c', 'unknown'] as const;
const SUPPLIES = ['a', 'b', 'c'] as const;

type Needs = Partial<Record<(typeof NAMES)[number], number>>;

/** What happens to a fleet. `end`: one of the open jobs closes, whether it waits or holds. */
type Event =
  | { readonly kind: 'open'; readonly needs: Needs; readonly priority: number }
  | { readonly kind: 'end'; readonly which: number }
  | { readonly kind: 'set'; readonly name: (typeof SUPPLIES)[number]; readonly capacity: number };

interface Job {
  readonly name: number;
  readonly priority: number;
  readonly needs: readonly { readonly resource: string; readonly amount: number }[];
}

/** A fleet that keeps what the tables keep, and decides after every event. */
class PlayedFleet {
  readonly capacity = new Map<string, number>(SUPPLIES.map((name) => [name, 4]));
  readonly waiting: Job[] = [];
  readonly holding: Job[] = [];
  #opened = 0;

  apply(event: Event): readonly Job[] {
    if (event.kind === 'open') this.#open(event);
    else if (event.kind === 'set') this.capacity.set(event.name, event.capacity);
    else this.#end(event.which);
    const { granted } = decideGrants(this.supplies(), this.waiting);
    for (const job of granted) {
      this.waiting.splice(this.waiting.indexOf(job), 1);
      this.holding.push(job);
    }
    return granted;
  }

  #open({ needs, priority }: Extract<Event, { kind: 'open' }>): void {
    const entries = Object.entries(needs);
    const asked = entries.map(([resource, amount]) => ({ resource, amount }));
    this.waiting.push({ name: this.#opened++, priority, needs: asked });
    this.waiting.sort((x, y) => x.priority - y.priority || x.name - y.name);
  }

  #end(which: number): void {
    const jobs = which % 2 === 0 ? this.holding : this.waiting;
    if (jobs.length > 0) jobs.splice(which % jobs.length, 1);
  }

  held(name: string): number {
    const needs = this.holding.flatMap((job) => job.needs);
    return sum(needs.filter(({ resource }) => resource === name));
  }

  free(name: string): number {
    return (this.capacity.get(name) ?? 0) - this.held(name);
  }

  supplies(): Map<string, Supply> {
    const entries = [...this.capacity].map(
      ([name, capacity]) => [name, { capacity, held: this.held(name) }] as const,
    );
    return new Map(entries);
  }

  isPossible({ needs }: Job): boolean {
    return needs.every(({ resource, amount }) => amount <= (this.capacity.get(resource) ?? 0));
  }
}

function sum(needs: readonly { readonly amount: number }[]): number {
  return needs.reduce((total, { amount }) => total + amount, 0);
}

const needs = fc
  .record(
    Object.fromEntries(NAMES.map((name) => [name, fc.integer({ min: 1, max: 6 })])) as Record<
      (typeof NAMES)[number],
      fc.Arbitrary<number>
    >,
    { requiredKeys: [] },
  )
  .filter((asked) => Object.keys(asked).length > 0);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('open' as const),
      needs,
      priority: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      name: fc.constantFrom(...SUPPLIES),
      capacity: fc.integer({ min: 0, max: 8 }),
    }),
  },
);

const history = fc.array(event, { maxLength: 60 });

/** Plays histories; `check` sees the fleet after each event, with what was granted by it. */
function always(check: (fleet: PlayedFleet, granted: readonly Job[]) => void): void {
  fc.assert(
    fc.property(history, (events) => {
      const fleet = new PlayedFleet();
      for (const each of events) check(fleet, fleet.apply(each));
    }),
    { numRuns: 500 },
  );
}

describe('grants', () => {
  it('are never more than there is, of what was granted since the capacity was set', () => {
    always((fleet, granted) => {
      for (const { resource } of granted.flatMap((job) => job.needs)) {
        expect(fleet.free(resource)).toBeGreaterThanOrEqual(0);
      }
    });
  });

  it('leave nothing idle that the first possible waiter could have', () => {
    always((fleet) => {
      const first = fleet.waiting.find((job) => fleet.isPossible(job));
      if (first === undefined) return;
      expect(first.needs.some(({ resource, amount }) => amount > fleet.free(resource))).toBe(true);
    });
  });

  it('never use what an earlier possible waiter waits for', () => {
    always((fleet, granted) => {
      for (const job of granted) {
        const isEarlier = (other: Job) =>
          other.priority < job.priority ||
          (other.priority === job.priority && other.name < job.name);
        const before = fleet.waiting.filter((other) => isEarlier(other) && fleet.isPossible(other));
        for (const { resource } of job.needs) {
          const asked = before.flatMap((other) => other.needs);
          const reserved = sum(asked.filter((need) => need.resource === resource));
          expect(fleet.free(resource)).toBeGreaterThanOrEqual(reserved);
        }
      }
    });
  });

  it('come to every possible waiter when those before it have ended, whoever comes later', () => {
    fc.assert(
      fc.property(history, fc.array(needs, { maxLength: 30 }), (events, later) => {
        const fleet = new PlayedFleet();
        for (const each of events) fleet.apply(each);
        const first = fleet.waiting.find((job) => fleet.isPossible(job));
        if (first === undefined) return;
        const { priority } = first;
        for (const asked of later) fleet.apply({ kind: 'open', needs: asked, priority });
        const before = new Set(fleet.holding);
        while (fleet.waiting.includes(first) && fleet.holding.length > 0) {
          const at = fleet.holding.findIndex((job) => before.has(job));
          // Only those that held something before have to end.
          expect(at).toBeGreaterThanOrEqual(0);
          fleet.holding.splice(at, 1);
          fleet.apply({ kind: 'set', name: 'a', capacity: fleet.capacity.get('a')! });
        }
        expect(fleet.holding).toContain(first);
      }),
      { numRuns: 500 },
    );
  });
});
