import { expect, it } from 'vitest';
import type { SweepFacts } from '../../../src/domain/doctor/sweep-findings.ts';
import { sweepFindings } from '../../../src/domain/doctor/sweep-findings.ts';
import { NOTHING_SWEPT } from '../../../src/domain/sweep.ts';

const facts: SweepFacts = {
  owner: 'a 1',
  namespace: 'a 1',
  schedule: { isPaused: false, everyMs: 60_000 },
  last: { agoMs: 20_000, report: NOTHING_SWEPT },
};
const found = (fields: Partial<SweepFacts>) =>
  sweepFindings({ ...facts, ...fields }).map(({ severity, what }) => `${severity} ${what}`);
const swept = (recovered: number) => ({ ...NOTHING_SWEPT, orphan: { looked: 50, recovered } });

it.each([
  [{}, 'ok the last sweep, 20.0 s ago, recovered nothing'],
  [
    { last: { agoMs: 20_000, report: swept(3) } },
    'ok the last sweep, 20.0 s ago, recovered 3 (orphan)',
  ],
  [
    { last: { agoMs: 20_000, report: swept(30) } },
    'warning the last sweep, 20.0 s ago, recovered 30 (orphan)',
  ],
  [{ last: { agoMs: 20_000, report: undefined } }, 'warning the last sweep, 20.0 s ago, failed'],
  [{ last: { agoMs: 900_000, report: swept(0) } }, 'warning the last sweep ended 15 min 0 s ago'],
  [{ last: undefined }, 'warning no sweep has ended yet'],
])('tells what came of the last sweep: %j', (fields, words) => {
  expect(found(fields).at(-1)).toBe(words);
});

it.each([
  ['missing' as const, 'nothing sweeps: the schedule holdfast-sweep is not there'],
  [{ isPaused: true, everyMs: 60_000 }, 'nothing sweeps: the schedule holdfast-sweep is paused'],
])('warns when the schedule that sweeps is %j', (schedule, words) => {
  expect(found({ schedule })[0]).toBe(`warning ${words}`);
});

it('refuses the ledger of another namespace', () => {
  expect(found({ owner: 'b 2' })).toEqual([
    'problem the ledger has the jobs of namespace b 2, and this is a 1',
  ]);
});
