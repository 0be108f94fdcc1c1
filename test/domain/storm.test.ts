import { describe, expect, it } from 'vitest';
import { isStorm, STORM_DEFAULTS, stormPause } from '../../src/domain/storm.ts';

describe('isStorm', () => {
  it.each([
    [2, 2, false],
    [3, 3, true],
    [3, 4, true],
    [3, 5, true],
    [3, 6, false],
    [4, 7, true],
    [50, 100, false],
    [51, 100, true],
    [0, 0, false],
  ])('says of %i lost nodes of %i: %s', (lost, poolSize, expected) => {
    expect(isStorm(lost, poolSize, STORM_DEFAULTS)).toBe(expected);
  });

  it('goes by the policy', () => {
    expect(isStorm(1, 100, { share: 0, leastNodes: 1 })).toBe(true);
    expect(isStorm(100, 100, { share: 1, leastNodes: 1 })).toBe(false);
  });
});

describe('stormPause', () => {
  it('says in words what pauses, until when and why', () => {
    const storm = { pool: 'gpu', lost: 3, poolSize: 4 };
    const until = Date.UTC(2026, 10, 21, 12, 0, 30, 999);
    expect(stormPause(storm, until, STORM_DEFAULTS)).toEqual({
      pool: 'gpu',
      until,
      why: 'failover of pool gpu pauses until 12:00:30 UTC: 3 of 4 nodes were lost within 10 s',
      lost: 3,
    });
  });
});
