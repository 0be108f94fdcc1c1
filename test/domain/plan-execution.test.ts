import { describe, expect, it } from 'vitest';
import { executionId, summaryOf } from '../../src/domain/plan-execution.ts';

describe('summaryOf', () => {
  it('keeps a short result whole', () => {
    expect(summaryOf({ rows: 3 })).toBe('{"rows":3}');
  });

  it('keeps 4,000 characters of a long one, and no half of any', () => {
    expect(summaryOf('x'.repeat(10_000))).toHaveLength(4_000);
    expect(summaryOf(`${'x'.repeat(3_998)}😀😀`)).toBe(`"${'x'.repeat(3_998)}`);
  });
});

it('names each attempt of each generation by itself', () => {
  const ids = [1, 2].flatMap((generation) =>
    [1, 2].map((epoch) => executionId({ job: 'plan/a/b/c', generation, epoch })),
  );
  expect(new Set(ids).size).toBe(4);
});
