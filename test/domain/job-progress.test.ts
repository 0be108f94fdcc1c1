import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../src/domain/attempt.ts';
import { advance, NO_PROGRESS } from '../../src/domain/job-progress.ts';

const place = { node: 'n1', startedAt: 1_000 };
const nowhere = { node: undefined, startedAt: undefined };
const error = { code: 'job_failed', message: 'boom' } as const;

describe('advance', () => {
  it.each<[AttemptOutcome, string | undefined]>([
    [{ kind: 'succeeded', result: 1 }, undefined],
    [{ kind: 'cancelled' }, undefined],
    [{ kind: 'handed_back' }, undefined],
    [{ kind: 'lost', reason: 'thread_died' }, 'thread_died'],
    [{ kind: 'failed', error, retryable: true }, 'job_failed: boom'],
  ])('records an attempt that ended as $kind and goes on to the next epoch', (outcome, reason) => {
    const after = advance(NO_PROGRESS, outcome, place, 2_000);
    expect(after.epoch).toBe(2);
    expect(after.attempts).toEqual([
      { epoch: 1, node: 'n1', startedAt: 1_000, outcome: outcome.kind, reason, endedAt: 2_000 },
    ]);
  });

  it('spends no epoch and leaves no record of an attempt that was refused', () => {
    const before = advance(NO_PROGRESS, { kind: 'lost', reason: 'thread_died' }, place, 2_000);
    const after = advance(before, { kind: 'refused', message: 'no such kind' }, place, 3_000);
    expect(after).toEqual({ ...before, counts: { losses: 1, failures: 0, refusals: 1 } });
  });

  it('spends no epoch and leaves no record of an attempt that was cancelled on its queue', () => {
    expect(advance(NO_PROGRESS, { kind: 'cancelled' }, nowhere, 2_000)).toEqual(NO_PROGRESS);
  });

  it('keeps what is not known of a place unknown', () => {
    const after = advance(NO_PROGRESS, { kind: 'lost', reason: 'thread_died' }, nowhere, 2_000);
    expect(after.attempts[0]).toMatchObject(nowhere);
  });

  it('takes NUL characters out of the reason, which the ledger could not hold', () => {
    const outcome = {
      kind: 'failed',
      error: { ...error, message: 'a\0b\0' },
      retryable: true,
    } as const;
    expect(advance(NO_PROGRESS, outcome, place, 2_000).attempts[0]?.reason).toBe('job_failed: ab');
  });

  it('numbers the records 1, 2, 3… without a gap, and changes nothing that was before', () => {
    const kinds = fc.constantFrom<AttemptOutcome>(
      { kind: 'lost', reason: 'heartbeat_timeout' },
      { kind: 'failed', error, retryable: true },
      { kind: 'handed_back' },
      { kind: 'refused', message: 'no such kind' },
    );
    fc.assert(
      fc.property(fc.array(kinds), (outcomes) => {
        let progress = NO_PROGRESS;
        for (const outcome of outcomes) {
          const before = structuredClone(progress);
          const after = advance(progress, outcome, place, 2_000);
          expect(progress).toEqual(before);
          progress = after;
        }
        const recorded = outcomes.filter(({ kind }) => kind !== 'refused');
        expect(progress.epoch).toBe(recorded.length + 1);
        expect(progress.attempts.map(({ epoch }) => epoch)).toEqual(recorded.map((_, i) => i + 1));
        expect(progress.attempts.map(({ outcome }) => outcome)).toEqual(
          recorded.map(({ kind }) => kind),
        );
      }),
    );
  });
});
