import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionPosition } from '../../src/domain/advance-cursor.ts';
import { advanceCursor } from '../../src/domain/advance-cursor.ts';
import type { SessionRules } from '../../src/domain/session.ts';

/** What happens to a session. Between two events its cursor may be advanced any number of times. */
type Event =
  | { readonly kind: 'open' | 'fill'; readonly index: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'close'; readonly count: number };

/** Filled slots that are read at a time. */
const WINDOW = 3;

/**
 * A ledger with one session, which keeps what the tables keep and nothing else. A call of `advance`
 * is a process that knows no more than that, so each is a restart.
 */
class PlayedSession {
  now = 1_000;
  position: SessionPosition = { cursor: -1, count: undefined, gapSince: undefined };
  readonly slots = new Map<number, 'open' | 'filled'>();
  readonly released: number[] = [];
  skipped = 0;
  readonly rules: SessionRules;

  constructor(rules: SessionRules) {
    this.rules = rules;
  }

  /** As the ledger has it: whoever changes a slot advances the cursor at once. */
  apply(event: Event): void {
    if (event.kind === 'pass') {
      this.passTo(this.now + event.ms);
      return;
    }
    if (event.kind === 'close') this.close(event.count);
    else this.take(event.kind, event.index);
    this.advance();
  }

  /** The deadlines in between are kept, as by an orchestrator that is always there. */
  passTo(end: number): void {
    for (let due = this.skipAt(); due !== undefined && due <= end; due = this.skipAt()) {
      this.now = Math.max(this.now, due);
      this.advance();
    }
    this.now = end;
  }

  advance(): void {
    for (;;) {
      const before = this.position;
      const ahead = this.ahead();
      const step = advanceCursor(this.rules, before, ahead, this.now);
      expect(step.cursor).toBeGreaterThanOrEqual(before.cursor);
      const { cursor, count, gapSince } = step;
      this.position = { cursor, count, gapSince };
      for (const index of this.filledAbove(before.cursor)) {
        if (index <= cursor) this.released.push(index);
      }
      this.skipped += step.skipped;
      const wasCut = ahead.filled.length === WINDOW && ahead.filled.at(-1) === step.cursor;
      if (!step.again && !wasCut) return;
    }
  }

  private skipAt(): number | undefined {
    const { gapSince } = this.position;
    const { skipAfterMs } = this.rules;
    return gapSince === undefined || skipAfterMs === undefined ? undefined : gapSince + skipAfterMs;
  }

  private take(kind: 'open' | 'fill', index: number): void {
    const { count, cursor } = this.position;
    const isThere = this.slots.has(index);
    if (count !== undefined && index >= count) return;
    if (!isThere && index <= cursor) return;
    // What is filled after it was passed over is never released.
    if (kind === 'fill') this.slots.set(index, 'filled');
    else if (!isThere) this.slots.set(index, 'open');
  }

  private close(count: number): void {
    const { position, slots } = this;
    const isBehind = position.cursor >= count || [...slots.keys()].some((index) => index >= count);
    if (position.count === undefined && !isBehind) this.position = { ...position, count };
  }

  private ahead() {
    const taken = [...this.slots.keys()].filter((index) => index > this.position.cursor);
    const filled = this.filledAbove(this.position.cursor).slice(0, WINDOW);
    return { filled, firstTaken: taken.length === 0 ? undefined : Math.min(...taken) };
  }

  private filledAbove(cursor: number): number[] {
    const filled = [...this.slots].filter(([index, state]) => index > cursor && state === 'filled');
    return filled.map(([index]) => index).sort((a, b) => a - b);
  }
}

const index = fc.oneof(fc.nat(12), fc.nat(900_000_000));
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), index }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fill' as const), index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(150) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), count: index }) },
);
const events = fc.array(event, { maxLength: 40 });
const skipAfterMs = fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined });
const rules = fc.record({ skipAfterMs, isStrict: fc.boolean() });

function play(given: SessionRules, story: readonly Event[], advances: readonly number[] = []) {
  const session = new PlayedSession(given);
  story.forEach((each, i) => {
    session.apply(each);
    for (let n = 0; n < (advances[i] ?? 0); n++) session.advance();
  });
  return session;
}

describe('a session', () => {
  it('releases in order, each index once, and counts what it passed over', () => {
    fc.assert(
      fc.property(rules, events, (given, story) => {
        const { released, position, skipped } = play(given, story);
        expect(released).toEqual([...new Set(released)].sort((a, b) => a - b));
        expect(position.cursor + 1).toBe(released.length + skipped);
        expect(position.cursor).toBeLessThan(position.count ?? Infinity);
      }),
      { numRuns: 500 },
    );
  });

  it('passes over nothing when it waits for ever, and releases the whole prefix', () => {
    fc.assert(
      fc.property(fc.boolean(), events, (isStrict, story) => {
        const session = play({ skipAfterMs: undefined, isStrict }, story);
        session.passTo(session.now + 1e12);
        expect(session.skipped).toBe(0);
        const { cursor } = session.position;
        expect(session.released).toEqual(Array.from({ length: cursor + 1 }, (_, i) => i));
        expect(session.slots.get(cursor + 1)).not.toBe('filled');
      }),
      { numRuns: 500 },
    );
  });

  it('comes to its end, and past every filled slot, once enough time has passed', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.boolean(), events, (ms, isStrict, story) => {
        const session = play({ skipAfterMs: ms, isStrict }, story);
        session.passTo(session.now + (ms + 1) * (story.length + 2));
        const { cursor, count } = session.position;
        const open = [...session.slots].filter(([at, state]) => at > cursor && state === 'open');
        const filledBehind = [...session.slots].some(
          ([at, state]) => at > cursor && state === 'filled',
        );
        // Only a job that is on its way may hold it up: the next one, and elsewhere only the end.
        const next = open.some(([at]) => at === cursor + 1);
        if (count !== undefined && cursor + 1 < count) expect(next).toBe(true);
        if (filledBehind) expect(isStrict && next).toBe(true);
        if (open.length === 0) expect(cursor + 1).toBe(count ?? highestFilled(session) + 1);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same however often its cursor is advanced in between', () => {
    fc.assert(
      fc.property(rules, events, fc.array(fc.nat(3)), (given, story, advances) => {
        const plain = play(given, story);
        const busy = play(given, story, advances);
        expect(busy.position).toEqual(plain.position);
        expect(busy.released).toEqual(plain.released);
        expect(busy.skipped).toBe(plain.skipped);
      }),
      { numRuns: 500 },
    );
  });
});

function highestFilled({ slots, position }: PlayedSession): number {
  const filled = [...slots].filter(([, state]) => state === 'filled').map(([at]) => at);
  return Math.max(position.cursor, ...filled);
}
