import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from '../../src/domain/attempt.ts';
import { asPlanOutcome, planCode } from '../../src/domain/plan-code.ts';

const failed = (error: Extract<AttemptOutcome, { kind: 'failed' }>['error']): AttemptOutcome => ({
  kind: 'failed',
  error,
  retryable: true,
});

describe('planCode', () => {
  it.each<[string, AttemptOutcome, string | undefined]>([
    ['an error', failed({ code: 'job_failed', message: 'boom', name: 'Error' }), 'handler_error'],
    ['what is no error', failed({ code: 'job_failed', message: 'boom' }), 'handler_panic'],
    ['a bad result', failed({ code: 'result_too_large', message: 'x' }), 'handler_error'],
    ['a dead thread', { kind: 'lost', reason: 'thread_died' }, 'handler_panic'],
    ['a run over its time', { kind: 'lost', reason: 'attempt_timeout' }, 'run_timeout'],
    ['silence', { kind: 'lost', reason: 'heartbeat_timeout' }, 'lease_lost'],
    ['a lost node', { kind: 'lost', reason: 'node_lost' }, 'lease_lost'],
    ['a fenced node', { kind: 'lost', reason: 'node_fenced' }, 'lease_lost'],
    ['a cancellation', { kind: 'cancelled' }, 'canceled'],
    ['a result', { kind: 'succeeded', result: null }, undefined],
    ['a node that stops', { kind: 'handed_back' }, 'lease_lost'],
  ])('tells %s', (_what, outcome, code) => {
    expect(planCode(outcome, true)).toBe(code);
  });

  it.each(['heartbeat_timeout', 'node_lost', 'node_fenced'] as const)(
    'tells a loss by %s apart where nothing may run twice',
    (reason) => {
      expect(planCode({ kind: 'lost', reason }, false)).toBe('stale_timeout');
    },
  );
});

describe('asPlanOutcome', () => {
  it.each(['attempt_timeout', 'thread_died'] as const)('takes %s for a failure', (reason) => {
    expect(asPlanOutcome({ kind: 'lost', reason })).toEqual({
      kind: 'lost',
      reason,
      isFailure: true,
    });
  });

  it('leaves a lost node to failover', () => {
    const outcome = { kind: 'lost', reason: 'node_lost' } as const;
    expect(asPlanOutcome(outcome)).toBe(outcome);
  });
});
