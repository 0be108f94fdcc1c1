import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobWorkflowId, parseJobWorkflowId } from '../../src/domain/ids.ts';
import {
  checkScheduleName,
  checkScope,
  parsePlanJobId,
  planJobId,
  scopePrefix,
} from '../../src/domain/plan-id.ts';

const segment = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'b', '/', '%', '#', '2F', '25', '\n', '\u2028', 'é', '😀'), {
      minLength: 1,
    })
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme', minLength: 1 }),
);
const plan = fc.record({
  schedule: segment,
  scope: segment,
  time: fc.integer({ min: -30_000_000_000, max: 250_000_000_000 }).map((seconds) => seconds * 1000),
});

describe('planJobId', () => {
  it('tells schedule, scope and time, in seconds', () => {
    const time = Date.UTC(2026, 5, 3, 12);
    expect(planJobId({ schedule: 'nightly', scope: 'eu', time })).toBe(
      'plan/nightly/eu/2026-06-03T12:00:00Z',
    );
    expect(planJobId({ schedule: 'a/b', scope: '50% #1', time: time + 999 })).toBe(
      'plan/a%2Fb/50%25 %231/2026-06-03T12:00:00Z',
    );
  });

  it('is injective, also where segments hold separators', () => {
    const [one, other] = [
      { schedule: 'a/b', scope: 'c', time: 0 },
      { schedule: 'a', scope: 'b/c', time: 0 },
    ];
    expect(planJobId(one)).not.toBe(planJobId(other));
    fc.assert(
      fc.property(plan, plan, (a, b) => {
        const isSame = a.schedule === b.schedule && a.scope === b.scope && a.time === b.time;
        expect(planJobId(a) === planJobId(b)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read back by parsePlanJobId', () => {
    fc.assert(
      fc.property(plan, (key) => {
        expect(parsePlanJobId(planJobId(key))).toEqual(key);
        expect(planJobId(key).startsWith(scopePrefix(key.schedule, key.scope))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('fits the 200 characters of a job id, however long the names may be', () => {
    const key = { schedule: '/'.repeat(20), scope: '#'.repeat(33), time: 0 };
    expect(checkScheduleName(key.schedule, 'name')).toBe(key.schedule);
    expect(checkScope(key.scope, 'scope')).toBe(key.scope);
    expect(planJobId(key).length).toBeLessThanOrEqual(200);
    expect(() => checkScheduleName('/'.repeat(21), 'name')).toThrow('at most 60 characters');
    expect(() => checkScope('x'.repeat(101), 'scope')).toThrow('at most 100 characters');
  });
});

describe('parsePlanJobId', () => {
  it.each([
    'plan/a/b',
    'plan/a/b/2026-06-03',
    'plan/a/b/2026-06-03T12:00:00.000Z',
    'plan/a/b/2026-06-03T12:00:00+00:00',
    'plan/a%2f/b/2026-06-03T12:00:00Z',
    'plan/%61/b/2026-06-03T12:00:00Z',
    'plan/a%/b/2026-06-03T12:00:00Z',
    'job/a/b/2026-06-03T12:00:00Z',
  ])('does not take %j for the id of a plan', (jobId) => {
    expect(parsePlanJobId(jobId)).toBeUndefined();
  });
});

describe('the workflow id of a plan', () => {
  it('is the id of its job, and tells later generations', () => {
    expect(jobWorkflowId('plan/a/b/t')).toBe('plan/a/b/t');
    expect(jobWorkflowId('plan/a/b/t', 2)).toBe('plan#2/a/b/t');
    expect(parseJobWorkflowId('plan#2/a/b/t')).toEqual({ jobId: 'plan/a/b/t', generation: 2 });
    expect(parseJobWorkflowId('job/plan/a/b/t')).toBeUndefined();
  });

  it('is never that of another job', () => {
    const piece = fc.constantFrom('plan', 'job', '/', '#', '2', 'a', '\n');
    const jobId = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    const generation = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(jobId, generation, jobId, generation, (one, oneNumber, other, otherNumber) => {
        const isSame = one === other && oneNumber === otherNumber;
        expect(jobWorkflowId(one, oneNumber) === jobWorkflowId(other, otherNumber)).toBe(isSame);
        expect(parseJobWorkflowId(jobWorkflowId(one, oneNumber))).toEqual({
          jobId: one,
          generation: oneNumber,
        });
      }),
      { numRuns: 5_000 },
    );
  });
});
