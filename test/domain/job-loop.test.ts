import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptOutcome, Decision } from '../../src/domain/attempt.ts';
import { count, decide, NO_ATTEMPTS } from '../../src/domain/attempt.ts';
import type { FailoverPolicy, JobOutcome, RetryPolicy } from '../../src/domain/job.ts';

// decide() and count() together, as the job's workflow turns them.

interface Spec {
  readonly failover: FailoverPolicy;
  readonly retry: RetryPolicy;
}

const anySpec: fc.Arbitrary<Spec> = fc.record({
  failover: fc.record({ maxAttempts: fc.nat(5), crashBudget: fc.constant(99) }),
  retry: fc.record({
    maxAttempts: fc.integer({ min: 1, max: 5 }),
    initialMs: fc.nat(5_000),
    maxMs: fc.nat(60_000),
    nonRetryable: fc.subarray(['TypeError', 'BadAudio']),
  }),
});

const lost: fc.Arbitrary<AttemptOutcome> = fc.record({
  kind: fc.constant('lost' as const),
  reason: fc.constantFrom('heartbeat_timeout', 'attempt_timeout', 'thread_died'),
});
const failed: fc.Arbitrary<AttemptOutcome> = fc.record({
  kind: fc.constant('failed' as const),
  retryable: fc.boolean(),
  error: fc.record({
    code: fc.constant('job_failed' as const),
    message: fc.string(),
    name: fc.constantFrom('TypeError', 'BadAudio', 'Error'),
  }),
});
const free: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ kind: 'handed_back' as const }),
  fc.constant({ kind: 'not_taken' as const }),
  fc.record({
    kind: fc.constant('lost' as const),
    reason: fc.constantFrom('heartbeat_timeout' as const, 'node_lost' as const),
    excuse: fc.string(),
  }),
  fc.record({ kind: fc.constant('refused' as const), message: fc.string() }),
);
const final: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ kind: 'cancelled' as const }),
  fc.record({
    kind: fc.constant('succeeded' as const),
    result: fc.jsonValue().map((v) => v as never),
  }),
);
const spending = fc.oneof(lost, failed);
const anyOutcome = fc.oneof(
  { weight: 4, arbitrary: spending },
  { weight: 2, arbitrary: free },
  { weight: 1, arbitrary: final },
);

interface Run {
  readonly decisions: readonly Decision[];
  readonly outcome: JobOutcome | undefined;
}

/** Takes the outcomes one by one until the job is closed. */
function run(spec: Spec, outcomes: readonly AttemptOutcome[]): Run {
  const decisions: Decision[] = [];
  let counts = NO_ATTEMPTS;
  for (const outcome of outcomes) {
    const decision = decide(spec, counts, outcome);
    decisions.push(decision);
    if (decision.kind === 'close') return { decisions, outcome: decision.outcome };
    counts = count(counts, outcome);
  }
  return { decisions, outcome: undefined };
}

const times = ({ decisions }: Run, kind: Decision['kind']): number =>
  decisions.filter((decision) => decision.kind === kind).length;

describe('a job', () => {
  it('fails over at most failover.maxAttempts times, and retries at most retry.maxAttempts − 1', () => {
    fc.assert(
      fc.property(anySpec, fc.array(anyOutcome, { maxLength: 60 }), (spec, outcomes) => {
        const all = run(spec, outcomes);
        const excused = outcomes.filter(
          (outcome) => outcome.kind === 'lost' && outcome.excuse !== undefined,
        ).length;
        expect(times(all, 'fail_over') - excused).toBeLessThanOrEqual(spec.failover.maxAttempts);
        expect(times(all, 'retry')).toBeLessThanOrEqual(spec.retry.maxAttempts - 1);
      }),
    );
  });

  it('uses up every failover before it gives up', () => {
    fc.assert(
      fc.property(anySpec, fc.array(lost, { minLength: 20, maxLength: 20 }), (spec, outcomes) => {
        const all = run(spec, outcomes);
        expect(times(all, 'fail_over')).toBe(spec.failover.maxAttempts);
        expect(all.outcome).toMatchObject({
          state: 'failed',
          error: { code: 'failover_exhausted' },
        });
      }),
    );
  });

  it('uses up every retry of a retryable error before it gives up', () => {
    const error = { code: 'job_failed', message: 'boom' } as const;
    const outcomes = Array.from(
      { length: 20 },
      () => ({ kind: 'failed', retryable: true, error }) as const,
    );
    fc.assert(
      fc.property(anySpec, (spec) => {
        const all = run(spec, outcomes);
        expect(times(all, 'retry')).toBe(spec.retry.maxAttempts - 1);
        expect(all.outcome).toEqual({ state: 'failed', error });
      }),
    );
  });

  it('ends after finitely many attempts that spend something, whatever comes in between', () => {
    const burst = fc.tuple(fc.array(free, { maxLength: 4 }), spending);
    fc.assert(
      fc.property(anySpec, fc.array(burst, { minLength: 11, maxLength: 11 }), (spec, bursts) => {
        const most = spec.failover.maxAttempts + spec.retry.maxAttempts;
        const outcomes = bursts.slice(0, most).flatMap(([between, spends]) => [...between, spends]);
        expect(run(spec, outcomes).outcome).toBeDefined();
      }),
    );
  });

  it('ends the same way without the attempts that cost nothing', () => {
    fc.assert(
      fc.property(anySpec, fc.array(anyOutcome, { maxLength: 40 }), (spec, outcomes) => {
        const isFree = (outcome: AttemptOutcome) =>
          ['handed_back', 'refused', 'not_taken'].includes(outcome.kind) ||
          (outcome.kind === 'lost' && outcome.excuse !== undefined);
        const all = run(spec, outcomes);
        const spent = run(
          spec,
          outcomes.filter((outcome) => !isFree(outcome)),
        );
        expect(all.outcome).toEqual(spent.outcome);
        for (const kind of ['retry'] as const) {
          expect(all.decisions.filter((decision) => decision.kind === kind)).toEqual(
            spent.decisions.filter((decision) => decision.kind === kind),
          );
        }
      }),
    );
  });

  it('counts losses and failures apart', () => {
    const counts = fc.record({
      losses: fc.nat(6),
      failures: fc.nat(6),
      refusals: fc.nat(6),
      crashes: fc.nat(6),
    });
    fc.assert(
      fc.property(anySpec, counts, counts, lost, failed, (spec, one, other, loss, failure) => {
        expect(decide(spec, one, loss)).toEqual(
          decide(spec, { ...other, losses: one.losses, crashes: one.crashes }, loss),
        );
        expect(decide(spec, one, failure)).toEqual(
          decide(spec, { ...other, failures: one.failures }, failure),
        );
      }),
    );
  });

  it('closes at once on a result or a cancellation, whatever was spent', () => {
    fc.assert(
      fc.property(anySpec, fc.array(anyOutcome), final, (spec, outcomes, last) => {
        const { outcome, decisions } = run(spec, [...outcomes, last]);
        expect(outcome).toBeDefined();
        expect(decisions.at(-1)?.kind).toBe('close');
      }),
    );
  });
});
