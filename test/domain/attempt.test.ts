import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome, LossReason } from '../../src/domain/attempt.ts';
import { backoffMs, count, decide, NO_ATTEMPTS } from '../../src/domain/attempt.ts';
import type { JobError } from '../../src/domain/job.ts';

const spec = {
  failover: { maxAttempts: 2, crashBudget: 3 },
  retry: { maxAttempts: 3, initialMs: 1_000, maxMs: 60_000, nonRetryable: ['BadAudio'] },
};
const boom: JobError = { code: 'job_failed', message: 'boom', name: 'Error' };
const failed: AttemptOutcome = { kind: 'failed', error: boom, retryable: true };
const lost: AttemptOutcome = { kind: 'lost', reason: 'heartbeat_timeout' };
const refused: AttemptOutcome = { kind: 'refused', message: 'node n1 does not run kind "x"' };

describe('decide', () => {
  it('closes with the result of an attempt that succeeded', () => {
    const result = { text: 'hello' };
    expect(decide(spec, NO_ATTEMPTS, { kind: 'succeeded', result })).toEqual({
      kind: 'close',
      outcome: { state: 'succeeded', result },
    });
  });

  it('closes as cancelled after an attempt that was cancelled', () => {
    expect(decide(spec, NO_ATTEMPTS, { kind: 'cancelled' })).toEqual({
      kind: 'close',
      outcome: {
        state: 'cancelled',
        error: { code: 'job_cancelled', message: 'the job was cancelled' },
      },
    });
  });

  it('dispatches again at once what a stopping node handed back', () => {
    const spent = { losses: 2, failures: 2, refusals: 0, crashes: 0 };
    expect(decide(spec, spent, { kind: 'handed_back' })).toEqual({
      kind: 'dispatch_again',
      why: 'its node handed it back',
    });
  });

  it.each([
    [0, 500],
    [1, 1_000],
    [5, 16_000],
    [6, 30_000],
    [1_000, 30_000],
  ])('waits after %i refusals in a row for %i ms, and says who refused', (refusals, afterMs) => {
    expect(decide(spec, { losses: 2, failures: 2, refusals, crashes: 0 }, refused)).toEqual({
      kind: 'wait',
      afterMs,
      why: 'node n1 does not run kind "x"',
    });
  });

  it.each<LossReason>(['heartbeat_timeout', 'attempt_timeout', 'thread_died'])(
    'fails over at once after a loss by %s',
    (reason) => {
      expect(decide(spec, NO_ATTEMPTS, { kind: 'lost', reason })).toEqual({
        kind: 'fail_over',
        why: reason,
      });
    },
  );

  it.each([
    [0, '1 attempt was lost, the last by attempt_timeout'],
    [2, '3 attempts were lost, the last by attempt_timeout'],
  ])('gives up when %i failovers are used up, and tells the losses', (maxAttempts, message) => {
    const before = { losses: maxAttempts, failures: 0, refusals: 0, crashes: 0 };
    const outcome: AttemptOutcome = { kind: 'lost', reason: 'attempt_timeout' };
    expect(decide({ ...spec, failover: { maxAttempts, crashBudget: 9 } }, before, outcome)).toEqual(
      {
        kind: 'close',
        outcome: { state: 'failed', error: { code: 'failover_exhausted', message } },
      },
    );
  });

  it('fails with crash_budget when a handler kills its thread too often, whatever is left', () => {
    const before = { losses: 1, failures: 0, refusals: 0, crashes: 2 };
    const crash: AttemptOutcome = { kind: 'lost', reason: 'thread_died' };
    const generous = { ...spec, failover: { maxAttempts: 99, crashBudget: 3 } };
    expect(decide(generous, before, crash)).toMatchObject({
      outcome: {
        error: { code: 'crash_budget', message: 'its handler killed its thread 3 times' },
      },
    });
    expect(decide(generous, before, lost)).toMatchObject({ kind: 'fail_over' });
  });

  it('goes on after a loss that is excused, however many were counted', () => {
    const before = { losses: 2, failures: 0, refusals: 0, crashes: 0 };
    const excused: AttemptOutcome = {
      kind: 'lost',
      reason: 'node_lost',
      excuse: 'Temporal was away',
    };
    expect(decide(spec, before, lost)).toMatchObject({ kind: 'close' });
    expect(decide(spec, before, excused)).toEqual({ kind: 'fail_over', why: 'node_lost' });
    expect(count(before, excused)).toEqual(before);
  });

  it('dispatches again at once what no node took in time', () => {
    expect(decide(spec, NO_ATTEMPTS, { kind: 'not_taken' })).toEqual({
      kind: 'dispatch_again',
      why: 'no node took it in time',
    });
  });

  it.each([
    [0, 1_000],
    [1, 2_000],
  ])('retries after %i earlier failures in %i ms, and says why', (failures, afterMs) => {
    expect(decide(spec, { losses: 2, failures, refusals: 0, crashes: 0 }, failed)).toEqual({
      kind: 'retry',
      afterMs,
      why: 'boom',
    });
  });

  it("fails with the handler's own error when the retries are used up", () => {
    expect(decide(spec, { losses: 0, failures: 2, refusals: 0, crashes: 0 }, failed)).toEqual({
      kind: 'close',
      outcome: { state: 'failed', error: boom },
    });
  });

  it.each<[string, AttemptOutcome]>([
    ['an error that is not retryable', { ...failed, retryable: false }],
    ['an error whose class is named', { ...failed, error: { ...boom, name: 'BadAudio' } }],
  ])('fails at once with %s', (_, outcome) => {
    expect(decide(spec, NO_ATTEMPTS, outcome)).toMatchObject({ kind: 'close' });
  });

  it('compares the whole name of an error class, and skips errors without one', () => {
    const nameless: JobError = { code: 'job_failed', message: 'boom' };
    for (const error of [{ ...boom, name: 'Bad' }, { ...boom, name: 'BadAudioToo' }, nameless]) {
      expect(decide(spec, NO_ATTEMPTS, { ...failed, error })).toMatchObject({ kind: 'retry' });
    }
  });
});

describe('count', () => {
  const before = { losses: 1, failures: 1, refusals: 1, crashes: 0 };

  it.each<[AttemptOutcome, typeof before]>([
    [lost, { losses: 2, failures: 1, refusals: 0, crashes: 0 }],
    [failed, { losses: 1, failures: 2, refusals: 0, crashes: 0 }],
    [refused, { losses: 1, failures: 1, refusals: 2, crashes: 0 }],
    [
      { kind: 'lost', reason: 'thread_died' },
      { losses: 2, failures: 1, refusals: 0, crashes: 1 },
    ],
    [{ kind: 'not_taken' }, { losses: 1, failures: 1, refusals: 0, crashes: 0 }],
    [{ kind: 'handed_back' }, { losses: 1, failures: 1, refusals: 0, crashes: 0 }],
    [
      { kind: 'succeeded', result: null },
      { losses: 1, failures: 1, refusals: 0, crashes: 0 },
    ],
    [{ kind: 'cancelled' }, { losses: 1, failures: 1, refusals: 0, crashes: 0 }],
  ])('counts $kind', (outcome, after) => {
    expect(count(before, outcome)).toEqual(after);
    expect(before).toEqual({ losses: 1, failures: 1, refusals: 1, crashes: 0 });
  });
});

describe('backoffMs', () => {
  it('doubles from the first wait to the longest', () => {
    const waits = [0, 1, 2, 3, 4, 5].map((tries) =>
      backoffMs({ initialMs: 100, maxMs: 1_000 }, tries),
    );
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it.each([0, 1, 1_100])('stays no wait when that is the first one, after %i tries', (tries) => {
    expect(backoffMs({ initialMs: 0, maxMs: 1_000 }, tries)).toBe(0);
  });

  it('never shrinks, never passes the longest wait, and stays a whole number', () => {
    const waitMs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(waitMs, waitMs, fc.nat(), (initialMs, maxMs, tries) => {
        const wait = backoffMs({ initialMs, maxMs }, tries);
        expect(Number.isSafeInteger(wait)).toBe(true);
        expect(wait).toBeLessThanOrEqual(maxMs);
        expect(wait).toBeLessThanOrEqual(backoffMs({ initialMs, maxMs }, tries + 1));
      }),
    );
  });
});

describe('a list of waits', () => {
  const after = (failures: number, backoffMs: readonly number[]) =>
    decide(
      { ...spec, retry: { ...spec.retry, maxAttempts: 10, backoffMs } },
      { ...NO_ATTEMPTS, failures },
      failed,
    );

  it.each([
    [0, [60_000, 300_000], 60_000],
    [1, [60_000, 300_000], 300_000],
    [8, [60_000, 300_000], 300_000],
    [0, [0], 0],
    [5, [], 0],
  ])('waits after %i earlier failures by %j for %i ms', (failures, waits, afterMs) => {
    expect(after(failures, waits)).toEqual({ kind: 'retry', afterMs, why: 'boom' });
  });

  it('does not make more attempts', () => {
    expect(after(9, [60_000])).toMatchObject({ kind: 'close', outcome: { state: 'failed' } });
  });
});

describe('a loss that counts as a failure', () => {
  const own: AttemptOutcome = { kind: 'lost', reason: 'attempt_timeout', isFailure: true };

  it('is retried as one, and is no loss', () => {
    expect(decide(spec, NO_ATTEMPTS, own)).toEqual({
      kind: 'retry',
      afterMs: 1_000,
      why: 'its attempt was lost by attempt_timeout',
    });
    expect(count(NO_ATTEMPTS, own)).toEqual({ ...NO_ATTEMPTS, failures: 1 });
  });

  it('ends the job with its last retry', () => {
    expect(decide(spec, { ...NO_ATTEMPTS, failures: 2 }, own)).toMatchObject({
      kind: 'close',
      outcome: { state: 'failed', error: { code: 'job_failed' } },
    });
  });
});
