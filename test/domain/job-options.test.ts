import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../src/domain/job-options.ts';
import type { JobRequest } from '../../src/domain/job.ts';
import { resolveJobSpec } from '../../src/domain/job-spec.ts';

const BARE: JobRequest = { kind: 'train', pool: 'gpu', input: { a: 1 } };

const FULL: JobRequest = {
  ...BARE,
  timeoutMs: 1,
  heartbeatMs: 2,
  failover: { maxAttempts: 4, crashBudget: 5 },
  retry: { maxAttempts: 6, initialMs: 7, maxMs: 8, nonRetryable: ['TypeError'] },
  pin: { node: 'n1', onOffline: 'fallback', afterMs: 9 },
  labels: { gpu: 'a100' },
  preferLabels: { zone: 'b' },
  placement: 'any',
  liveness: 'lease',
  pending: { alarmAfterMs: 10, failAfterMs: 11, reassignAfterMs: 12 },
  reconcile: 'original',
  horizonMs: 13,
  resources: { 'gpu-mem-gb': 8, licence: 1 },
  concurrency: { key: 'tenant/a', limit: 3 },
  rate: { key: 'mail', limit: 5, windowMs: 1_000 },
  priority: 1,
  fairnessKey: 'tenant-a',
  slots: 2,
  deadlineMs: 14,
};

const PLAN = {
  schedule: 'nightly',
  scope: 'all',
  time: '2026-01-01T00:00:00Z',
  revision: 1,
  overlap: 'queue',
} as const;

describe('optionsOf', () => {
  it.each([
    ['defaults', BARE],
    ['everything', FULL],
    ['a limit of its kind alone', { ...BARE, concurrency: { limit: 2 } }],
    ['a run on each node', { ...BARE, placement: 'each' as const }],
    ['a plan that waits for its turn', { ...BARE, plan: PLAN }],
    ['such a plan with a limit beside', { ...BARE, plan: PLAN, concurrency: { limit: 2 } }],
  ])('answers a request that resolves to the same job: %s', (_, request) => {
    const spec = resolveJobSpec('a', 1, request);
    const { kind, pool, input } = spec;
    // As it comes back from the ledger.
    const options = JSON.parse(JSON.stringify(optionsOf(spec))) as ReturnType<typeof optionsOf>;
    expect(resolveJobSpec('a', 1, { ...options, kind, pool, input })).toEqual(spec);
    expect(Object.keys(options)).not.toContain('session');
  });
});
