import { describe, expect, it } from 'vitest';
import type { Reconcile } from '../../src/domain/job.ts';
import { RECONCILES } from '../../src/domain/job.ts';
import { reconciles } from '../../src/domain/late-result.ts';

describe('reconciles', () => {
  it.each<[Reconcile, number, boolean]>([
    ['first', 1, true],
    ['first', 2, true],
    ['original', 1, true],
    ['original', 2, false],
    ['replacement', 1, false],
    ['replacement', 2, false],
  ])('by %s, while attempt 3 runs, answers of attempt %i: %s', (policy, epoch, settles) => {
    expect(reconciles(policy, epoch, 3, true)).toBe(settles);
  });

  it.each(RECONCILES)('takes any earlier attempt by %s while none is dispatched', (policy) => {
    expect([1, 2, 3].map((epoch) => reconciles(policy, epoch, 3, false))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each(RECONCILES)('takes the attempt that runs itself by %s', (policy) => {
    expect(reconciles(policy, 3, 3, true)).toBe(true);
  });

  it.each(RECONCILES)('never takes an attempt that was not dispatched yet by %s', (policy) => {
    expect([true, false].map((is) => reconciles(policy, 4, 3, is))).toEqual([false, false]);
  });
});
