import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KnownOfJob, Verdict } from '../../src/domain/verdict.ts';
import { judge, VERDICTS } from '../../src/domain/verdict.ts';

const OPEN: KnownOfJob = {
  isOpen: true,
  acceptedEpoch: undefined,
  isRepeated: false,
  hasFreeSlot: false,
};
const FAILED: KnownOfJob = { ...OPEN, isOpen: false };
const SUCCEEDED: KnownOfJob = { ...FAILED, acceptedEpoch: 2 };

describe('judge', () => {
  it.each<[string, KnownOfJob, 'job' | 'late', Verdict]>([
    ['of a job that succeeded', SUCCEEDED, 'late', 'superseded'],
    [
      'of a job that succeeded and holds a free slot',
      { ...SUCCEEDED, hasFreeSlot: true },
      'late',
      'superseded',
    ],
    ['that is on record already', { ...SUCCEEDED, isRepeated: true }, 'late', 'duplicate'],
    ['that was late once', { ...FAILED, isRepeated: true, hasFreeSlot: true }, 'job', 'duplicate'],
    ['of a job that failed', FAILED, 'late', 'late'],
    ['of a job that failed, told by its workflow', FAILED, 'job', 'late'],
    [
      'of a job that failed and holds a free slot',
      { ...FAILED, hasFreeSlot: true },
      'job',
      'accepted',
    ],
    ['that its running job does not want', { ...OPEN, hasFreeSlot: true }, 'job', 'superseded'],
    ['of an open job whose workflow is gone', OPEN, 'late', 'late'],
    ['of one that holds a slot, too', { ...OPEN, hasFreeSlot: true }, 'late', 'accepted'],
  ])('judges a result %s', (_, known, from, verdict) => {
    expect(judge(known, from)).toBe(verdict);
  });

  it('accepts at most one result, whatever comes in which order', () => {
    const arrival = fc.record({
      from: fc.constantFrom<'job' | 'late'>('job', 'late'),
      epoch: fc.integer({ min: 1, max: 3 }),
      hasFreeSlot: fc.boolean(),
      isOpen: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arrival), (arrivals) => {
        const seen: { epoch: number; verdict: Verdict }[] = [];
        for (const { from, epoch, ...slot } of arrivals) {
          const acceptedEpoch = seen.find(({ verdict }) => verdict === 'accepted')?.epoch;
          const isRepeated = seen.some((earlier) => earlier.epoch === epoch);
          seen.push({ epoch, verdict: judge({ ...slot, acceptedEpoch, isRepeated }, from) });
        }
        expect(seen.filter(({ verdict }) => verdict === 'accepted').length).toBeLessThanOrEqual(1);
        expect(VERDICTS).toEqual(expect.arrayContaining(seen.map(({ verdict }) => verdict)));
      }),
    );
  });
});
