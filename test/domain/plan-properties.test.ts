import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOccurrences } from '../../src/cron/create-occurrences.ts';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';
import { plan } from '../../src/domain/plan.ts';
import type { PlanSpec, TickDecision } from '../../src/domain/schedule.ts';
import { timeOf } from './planning.ts';

const MINUTE = 60_000;
const START = timeOf('2026-02-20T00:00:00Z');

const timing = fc.oneof(
  fc.constantFrom('45m', '1h', '5h', '7h').map((every) => ({ every })),
  fc
    .record({
      cron: fc.constantFrom(
        '30 2 * * *',
        '0,30 1,2 * * *',
        '15 */6 * * *',
        '0 3 1,8 * 0',
        '@hourly',
      ),
      timezone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
      dst: fc.record({
        gap: fc.constantFrom('run-after', 'skip'),
        overlap: fc.constantFrom('first', 'both'),
      }),
    })
    .map((given) => given as object),
);
const spec = fc
  .record({
    timing,
    catchUp: fc.constantFrom('latest_only', 'every_plan'),
    delay: fc.constantFrom('0s', '20m', '3h'),
    window: fc.constantFrom('4h', '1d', '40d'),
    maxPlansPerTick: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ timing: when, ...rest }) => resolvePlanSpec({ ...when, ...rest }, 'spec'));
/** Ticks at any distance from each other, some of them at once and some after weeks. */
const ticks = fc
  .array(fc.oneof(fc.nat(180), fc.nat(20_000)), { minLength: 1, maxLength: 12 })
  .map((gaps) =>
    gaps.map(
      (
        (now) => (gap: number) =>
          (now += gap * MINUTE)
      )(START),
    ),
  );

/** What several ticks decide, each going on from the one before. */
function runTicks(of: PlanSpec, times: readonly number[], from: number): TickDecision[] {
  const occurrences = createOccurrences(of, 'spec.');
  let decidedThrough: number | undefined = from;
  return times.map((now) => {
    const decision = plan(of, now, decidedThrough, undefined, occurrences);
    ({ decidedThrough } = decision);
    return decision;
  });
}

/** Every time that a decision names, those of ranges included, in order. */
function decidedTimes(of: PlanSpec, { due, skipped, skippedRanges }: TickDecision): number[] {
  const occurrences = createOccurrences(of, 'spec.');
  const inRanges = skippedRanges.flatMap(({ from, to, count }) => {
    const times = [...occurrences(from - 1, to)].flatMap((stretch) => [...stretch.times()]);
    expect(times).toHaveLength(count);
    expect([times[0], times.at(-1)]).toEqual([from, to]);
    return times;
  });
  return [...due, ...skipped.map(({ time }) => time), ...inRanges].sort((a, b) => a - b);
}

function holds(check: (of: PlanSpec, times: readonly number[], all: TickDecision[]) => void): void {
  fc.assert(
    fc.property(spec, ticks, (of, times) => check(of, times, runTicks(of, times, START))),
    { numRuns: 300 },
  );
}

describe('ticks, however they fall', () => {
  it('decide every time once and drop none', () => {
    holds((of, times, all) => {
      const decided = all.flatMap((each) => decidedTimes(of, each));
      const last = all.at(-1);
      const upTo =
        last?.more === true ? (last.decidedThrough ?? START) : (times.at(-1) ?? 0) - of.delayMs;
      const wanted = [...createOccurrences(of, 'spec.')(START, upTo)].flatMap((stretch) => [
        ...stretch.times(),
      ]);
      expect(decided).toEqual(wanted);
    });
  });

  it('never go back, and say how far they are', () => {
    holds((of, _times, all) => {
      let before = START;
      for (const each of all) {
        const { decidedThrough = NaN } = each;
        expect(decidedThrough).toBe(decidedTimes(of, each).at(-1) ?? before);
        expect(decidedThrough).toBeGreaterThanOrEqual(before);
        before = decidedThrough;
      }
    });
  });

  it('respect order, window, delay and number', () => {
    holds((of, times, all) => {
      for (const [index, { due, skipped, more }] of all.entries()) {
        const now = times[index] ?? NaN;
        expect(due).toEqual([...due].sort((a, b) => a - b));
        expect(due.length).toBeLessThanOrEqual(
          of.catchUp === 'latest_only' ? 1 : of.maxPlansPerTick,
        );
        if (more) expect(due).toHaveLength(of.maxPlansPerTick);
        for (const time of due) {
          expect(time).toBeGreaterThanOrEqual(now - of.windowMs);
          expect(time).toBeLessThanOrEqual(now - of.delayMs);
        }
        for (const { time, reason } of skipped) {
          if (reason === 'outside_window') expect(time).toBeLessThan(now - of.windowMs);
          if (reason === 'superseded') expect(time).toBeGreaterThanOrEqual(now - of.windowMs);
        }
      }
    });
  });

  it('run the same times of every_plan, split or not, while the window holds them', () => {
    fc.assert(
      fc.property(spec, ticks, (given, times) => {
        const of = {
          ...given,
          catchUp: 'every_plan',
          windowMs: 1_000 * 86_400_000,
          maxPlansPerTick: 10_000,
        } as const;
        const due = (all: TickDecision[]): number[] => all.flatMap((each) => [...each.due]);
        expect(due(runTicks(of, times, START))).toEqual(due(runTicks(of, times.slice(-1), START)));
      }),
    );
  });
});
