import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOccurrences } from '../../src/cron/create-occurrences.ts';
import { cutRange } from '../../src/domain/cut-range.ts';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';

// The clock of New York leaps over 02:30 on 8 March 2026.
const FROM = Date.UTC(2026, 2, 7);
const TO = Date.UTC(2026, 2, 10);
const SPECS = [
  { every: '20m' },
  { cron: '*/7 8-17 * * *' },
  { cron: '30 2 * * *', timezone: 'America/New_York', dst: { gap: 'skip' } },
  { cron: '0,30 1-4 * * *', timezone: 'America/New_York', dst: { gap: 'skip' } },
];

const occurrencesOf = (spec: object) => createOccurrences(resolvePlanSpec(spec, 'spec'), '');
const timesOf = (spec: object, isGap: boolean): number[] =>
  [...occurrencesOf(spec)(FROM - 1, TO)].flatMap((stretch) =>
    stretch.isGap === isGap ? [...stretch.times()] : [],
  );

describe('cutRange', () => {
  it('leaves nothing where all is taken, and all where nothing is', () => {
    const occurrences = occurrencesOf({ every: '1d' });
    const range = { from: FROM, to: FROM + 2 * 86_400_000, isGap: false };
    const all = [0, 1, 2].map((day) => FROM + day * 86_400_000);
    expect(cutRange(range, all, occurrences)).toEqual([]);
    expect(cutRange(range, [], occurrences)).toEqual([{ from: FROM, to: range.to, count: 3 }]);
  });

  it('counts every time that is left once, and none that is taken', () => {
    const cases = fc.record({
      spec: fc.constantFrom(...SPECS),
      isGap: fc.boolean(),
      picks: fc.array(fc.boolean(), { minLength: 300, maxLength: 300 }),
    });
    fc.assert(
      fc.property(cases, ({ spec, isGap, picks }) => {
        const times = timesOf(spec, isGap);
        const [from, to] = [times[0], times.at(-1)];
        if (from === undefined || to === undefined) return;
        const taken = times.filter((_, at) => picks[at]);
        const left = times.filter((time) => !taken.includes(time));
        const parts = cutRange({ from, to, isGap }, taken, occurrencesOf(spec));
        const inParts = parts.map((part) => left.filter((t) => t >= part.from && t <= part.to));
        expect(inParts.flat()).toEqual(left);
        expect(parts.map(({ count }) => count)).toEqual(inParts.map(({ length }) => length));
        for (const part of parts) {
          expect(left).toContain(part.from);
          expect(taken.filter((time) => time >= part.from && time <= part.to)).toEqual([]);
        }
      }),
    );
  });
});
