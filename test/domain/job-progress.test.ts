import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../src/domain/attempt.ts';
import { advance, NO_PROGRESS, resumeProgress } from '../../src/domain/job-progress.ts';

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

  it('records more of a run of a schedule', () => {
    const plan = {
      schedule: 's',
      scope: 'default',
      time: 't',
      revision: 1,
      overlap: 'allow',
    } as const;
    const spec = { plan, failover: { maxAttempts: 3, crashBudget: 3 } };
    const said = { ...place, incarnation: 'i1', beatAt: 1_500, rowsAffected: 7 };
    const lost = advance(NO_PROGRESS, { kind: 'lost', reason: 'node_lost' }, said, 2_000, spec);
    const done = advance(lost, { kind: 'succeeded', result: { n: 1 } }, said, 3_000, spec);
    expect(done.attempts).toEqual([
      {
        ...said,
        epoch: 1,
        outcome: 'lost',
        reason: 'node_lost',
        endedAt: 2_000,
        code: 'lease_lost',
      },
      { ...said, epoch: 2, outcome: 'succeeded', endedAt: 3_000, summary: '{"n":1}' },
    ]);
  });

  it('spends no epoch and leaves no record of an attempt that was refused', () => {
    const before = advance(NO_PROGRESS, { kind: 'lost', reason: 'thread_died' }, place, 2_000);
    const after = advance(before, { kind: 'refused', message: 'no such kind' }, place, 3_000);
    expect(after).toEqual({
      ...before,
      counts: { losses: 1, failures: 0, refusals: 1, crashes: 1 },
    });
  });

  it('spends no epoch and leaves no record of an attempt that was cancelled on its queue', () => {
    expect(advance(NO_PROGRESS, { kind: 'cancelled' }, nowhere, 2_000)).toEqual(NO_PROGRESS);
  });

  it('spends no epoch on an attempt that no node took, and keeps clear of its node', () => {
    const after = advance(NO_PROGRESS, { kind: 'not_taken' }, place, 2_000);
    expect(after).toEqual({ ...NO_PROGRESS, avoid: ['n1'] });
  });

  it('keeps clear of the nodes that lost it, gave it back or were to be left', () => {
    let progress = NO_PROGRESS;
    const at = (node: string) => ({ node, startedAt: 1_000 });
    progress = advance(progress, { kind: 'lost', reason: 'attempt_timeout' }, at('n1'), 2_000);
    progress = advance(progress, { kind: 'handed_back' }, at('n2'), 2_000);
    const elsewhere = { kind: 'failed', error, retryable: true, elsewhere: true } as const;
    progress = advance(progress, elsewhere, at('n3'), 2_000);
    progress = advance(progress, { kind: 'lost', reason: 'node_lost' }, at('n1'), 2_000);
    expect(progress.avoid).toEqual(['n2', 'n3', 'n1']);
    const failed = { kind: 'failed', error, retryable: true } as const;
    expect(advance(progress, failed, at('n4'), 2_000).avoid).toEqual([]);
  });

  it('remembers only the last few nodes to keep clear of', () => {
    let progress = NO_PROGRESS;
    for (let n = 1; n <= 9; n++) {
      const at = { node: `n${n}`, startedAt: 1_000 };
      progress = advance(progress, { kind: 'lost', reason: 'node_lost' }, at, 2_000);
    }
    expect(progress.avoid).toEqual(['n5', 'n6', 'n7', 'n8', 'n9']);
  });

  it('tells of an excused loss why it did not count', () => {
    const excused = { kind: 'lost', reason: 'node_lost', excuse: 'Temporal was away' } as const;
    const after = advance(NO_PROGRESS, excused, place, 2_000);
    expect(after.attempts[0]?.reason).toBe('node_lost (Temporal was away)');
    expect(after.counts.losses).toBe(0);
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

describe('resumeProgress', () => {
  it('fills in what an earlier version did not carry over', () => {
    const earlier = { epoch: 2, counts: { losses: 1, failures: 0, refusals: 0 }, attempts: [] };
    expect(resumeProgress(earlier as never)).toEqual({
      ...NO_PROGRESS,
      epoch: 2,
      counts: { losses: 1, failures: 0, refusals: 0, crashes: 0 },
    });
  });

  it('begins a job that carried nothing', () => {
    expect(resumeProgress(undefined)).toEqual(NO_PROGRESS);
  });
});
