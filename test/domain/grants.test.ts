import { describe, expect, it } from 'vitest';
import type { NeedSituation, Supply } from '../../src/domain/grants.ts';
import { decideGrants, waitWords } from '../../src/domain/grants.ts';

/** Decides for asks such as `{ a: 2, b: 1 }`, named by their place; answers the names. */
function decide(supplies: Record<string, Supply>, asks: Record<string, number>[]) {
  const waiting = asks.map((needs, name) => ({
    name,
    needs: Object.entries(needs).map(([resource, amount]) => ({ resource, amount })),
  }));
  const { granted, again, left } = decideGrants(new Map(Object.entries(supplies)), waiting);
  return {
    granted: granted.map(({ name }) => name),
    again: again.map(({ name }) => name),
    left: Object.fromEntries(left),
  };
}

const free = (capacity: number): Supply => ({ capacity, held: 0 });

describe('decideGrants', () => {
  it('grants in order what fits', () => {
    expect(decide({ a: free(3) }, [{ a: 2 }, { a: 1 }, { a: 1 }])).toMatchObject({
      granted: [0, 1],
    });
  });

  it('grants all that an ask needs or nothing', () => {
    const supplies = { a: free(1), b: { capacity: 1, held: 1 } };
    expect(decide(supplies, [{ a: 1, b: 1 }])).toMatchObject({
      granted: [],
      left: { a: 0, b: -1 },
    });
  });

  it('keeps reserved what an ask that does not fit needs, and gives later ones the rest', () => {
    const supplies = { a: { capacity: 10, held: 4 }, b: free(5) };
    const asks = [{ a: 8, b: 3 }, { a: 1 }, { b: 2 }];
    expect(decide(supplies, asks)).toMatchObject({ granted: [2], left: { a: -3, b: 0 } });
  });

  it('lets one that can never fit stand in nobody’s way', () => {
    const asks = [{ a: 3 }, { a: 1, unknown: 1 }, { a: 2 }];
    expect(decide({ a: free(2) }, asks)).toMatchObject({ granted: [2] });
  });

  it('takes nothing back where more is held than there is', () => {
    expect(decide({ a: { capacity: 2, held: 3 } }, [{ a: 1 }])).toMatchObject({
      granted: [],
      left: { a: -2 },
    });
  });

  it('does not decide on what it cannot see: that is reserved, and asked again if it may fit', () => {
    const supplies = { a: free(2), b: 'unseen' as const };
    expect(decide(supplies, [{ a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1 }])).toEqual({
      granted: [],
      again: [0],
      left: { a: -2 },
    });
  });
});

describe('waitWords', () => {
  const need = (given: Partial<NeedSituation> = {}): NeedSituation => ({
    resource: 'gpu-mem-gb',
    pool: '',
    amount: 8,
    capacity: 64,
    held: 60,
    place: 2,
    ...given,
  });

  it.each([
    [[need()], 'waits for 8 of gpu-mem-gb, of which 60 of 64 are held: 2nd in the queue'],
    [
      [need({ resource: 'a', held: 0, place: 1 }), need({ place: 13, pool: 'gpu' })],
      'waits for 8 of gpu-mem-gb of pool gpu, of which 60 of 64 are held: 13th in the queue',
    ],
    [
      [need({ held: 0, place: 1 }), need({ resource: 'b', held: 0, place: 21 })],
      'waits for 8 of b, of which 0 of 64 are held: 21st in the queue',
    ],
    [[need({ amount: 80 })], 'asks for 80 of gpu-mem-gb, of which there are only 64'],
    [
      [need(), need({ resource: 'x', capacity: undefined })],
      'waits for resource x, which nobody has configured: holdfast resources set x …',
    ],
  ])('tells the first need that keeps a job waiting', (needs, words) => {
    expect(waitWords(needs)).toBe(words);
  });
});
