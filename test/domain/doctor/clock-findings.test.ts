import { describe, expect, it } from 'vitest';
import {
  bestReading,
  clockFindings,
  readClock,
} from '../../../src/domain/doctor/clock-findings.ts';

const found = (ledger?: [number, number], temporal?: [number, number]) => {
  const reading = (given?: [number, number]) =>
    given && { offsetMs: given[0], uncertaintyMs: given[1] };
  return clockFindings({ ledger: reading(ledger), temporal: reading(temporal) });
};

describe('a reading', () => {
  it('is the middle of what it took, to within half of that', () => {
    expect(readClock(1_050, 1_000, 1_020)).toEqual({ offsetMs: 40, uncertaintyMs: 10 });
  });

  it('that took least is the best', () => {
    const readings = [readClock(0, 0, 30), readClock(5, 0, 4), readClock(9, 0, 8)];
    expect(bestReading(readings)).toBe(readings[1]);
    expect(bestReading([])).toBeUndefined();
  });
});

describe('clocks', () => {
  it('that cannot be told apart agree', () => {
    expect(found([7, 8])[0]).toMatchObject({
      severity: 'ok',
      what: expect.stringMatching(/agrees.* within 15 ms$/) as string,
    });
  });

  it.each([
    [[-900, 3], 'ok'],
    [[1_500, 3], 'warning'],
    [[-45_000, 3], 'problem'],
    // The reading took so long that it is sure of less than a second.
    [[1_500, 600], 'ok'],
  ] as const)('that differ by %j are %s', ([offset, uncertainty], severity) => {
    expect(found([offset, uncertainty])[0]!.severity).toBe(severity);
  });

  it('of both servers are compared, too', () => {
    expect(found([-1_000, 5], [1_000, 5])[2]).toMatchObject({
      check: 'clocks.servers',
      severity: 'warning',
      what: 'Temporal’s clock is 2.0 s ahead of the ledger’s, to within 10 ms',
    });
  });

  it('that could not be read say nothing', () => {
    expect(found().map(({ severity }) => severity)).toEqual(['unknown', 'unknown']);
  });
});
