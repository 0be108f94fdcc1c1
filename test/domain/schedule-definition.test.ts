import { describe, expect, it, test } from 'vitest';
import { resolveJobSpec } from '../../src/domain/job-spec.ts';
import { planDueAt, planRequest } from '../../src/domain/plan-request.ts';
import { resolveDefinition } from '../../src/domain/schedule-definition.ts';

const LEAST = { name: 'nightly', kind: 'report', pool: 'default', every: '1h' };

describe('resolveDefinition', () => {
  it('fills in the defaults', () => {
    expect(resolveDefinition(LEAST)).toMatchObject({
      name: 'nightly',
      plan: { timing: { kind: 'every', everyMs: 3_600_000 }, catchUp: 'latest_only' },
      jitterMs: 0,
      scopes: { kind: 'list', scopes: ['default'] },
      overlap: 'allow',
      isPaused: false,
      onResume: 'latest',
      staleReentry: true,
      computesInput: false,
      request: {
        ...{ kind: 'report', pool: 'default', input: null },
        ...{ timeoutMs: 3_600_000, heartbeatMs: 5_000, deadlineMs: 86_400_000 },
      },
    });
  });

  it('reads a job that tells the scopes', () => {
    const scopes = { kind: 'tenants', timeout: '10s', input: { all: true } };
    expect(resolveDefinition({ ...LEAST, scopes }).scopes).toEqual({
      kind: 'ask',
      timeoutMs: 10_000,
      request: {
        ...{ kind: 'tenants', pool: 'default', input: { all: true } },
        ...{ timeoutMs: 10_000, retry: { maxAttempts: 1 } },
      },
    });
    expect(resolveDefinition({ ...LEAST, scopes: 'tenants' }).scopes).toMatchObject({
      request: { kind: 'tenants', pool: 'default' },
      timeoutMs: 30_000,
    });
  });

  it('gives a lost run no other node where staleReentry is false', () => {
    const { request } = resolveDefinition({ ...LEAST, staleReentry: false });
    expect(request.failover).toEqual({ maxAttempts: 0 });
  });

  it.each([
    ['no name', { name: undefined }, 'schedule.name: expected a text of 1 to 200'],
    ['a long name', { name: 'x'.repeat(61) }, 'at most 60 characters'],
    ['no kind', { kind: undefined }, 'schedule.kind: expected a text'],
    ['no pool', { pool: undefined }, 'schedule.pool: expected a text'],
    ['neither cadence nor cron', { every: undefined }, 'expected "every" or "cron", got nothing'],
    ['both', { cron: '* * * * *' }, 'expected one of "every" and "cron", got "both"'],
    ['a cadence of 0', { every: '0s' }, 'schedule.every: expected a cadence longer than 0'],
    [
      'every_plan without a most',
      { catchUp: 'every_plan' },
      'maxPlansPerTick: expected at least 1',
    ],
    ['a short window', { window: '1h', delay: '1h' }, 'schedule.window: expected longer than the'],
    ['no time to run', { runTimeout: '0s' }, 'schedule.runTimeout: expected longer than 0'],
    [
      'a slow heartbeat',
      { runTimeout: '30s', heartbeat: '30s' },
      'schedule.heartbeat: expected shorter than the run timeout, "30s", got "30s"',
    ],
    [
      'no attempt',
      { retry: { maxAttempts: 0 } },
      'retry.maxAttempts: expected a whole number from 1',
    ],
    ['a wrong wait', { retry: { backoff: ['1m', 'x'] } }, 'schedule.retry.backoff[1]: expected a'],
    ['a backoff that is no list', { retry: { backoff: '1m' } }, 'expected a list of durations'],
    ['failover beside staleReentry', { staleReentry: false, failover: {} }, 'schedule.failover:'],
    ['no scope', { scopes: [] }, 'schedule.scopes: expected at least one scope'],
    ['a scope twice', { scopes: ['a', 'b', 'a'] }, 'schedule.scopes[2]: expected each scope once'],
    ['a provider without a kind', { scopes: {} }, 'schedule.scopes.kind: expected a text'],
    ['a provider without time', { scopes: { kind: 'k', timeout: 0 } }, 'scopes.timeout: expected'],
    ['another overlap', { overlap: 'never' }, 'schedule.overlap: expected "allow" or "skip"'],
    ['another policy', { onResume: 'none' }, 'schedule.onResume: expected "skip" or "latest"'],
    ['a pause in words', { paused: 'yes' }, 'schedule.paused: expected true or false'],
    ['a short deadline', { deadline: '1m' }, 'deadline: expected no shorter than the run timeout'],
    ['a pin without a node', { pin: {} }, 'schedule.pin.node: expected a text'],
    [
      'a pin that waits',
      { pin: { node: 'n', after: '1m' } },
      'schedule.pin.after: expected nothing',
    ],
    ['an unknown field', { evry: '5m' }, 'schedule.evry: expected no field but name'],
    ['two inputs', { computesInput: true, input: 1 }, 'schedule.input: expected no input'],
  ])('refuses %s', (_what, fields, message) => {
    expect(() => resolveDefinition({ ...LEAST, ...fields })).toThrow(message);
  });
});

describe('planRequest', () => {
  const time = Date.UTC(2026, 5, 3, 12);

  it('replaces the places in every text of the input', () => {
    const input = { at: '${time}', of: ['${schedule}/${scope}', 1, null], as: '${other}' };
    const definition = resolveDefinition({ ...LEAST, input });
    expect(planRequest(definition, { scope: 'eu', time, revision: 3 })).toMatchObject({
      kind: 'report',
      input: { at: '2026-06-03T12:00:00Z', of: ['nightly/eu', 1, null], as: '${other}' },
      plan: {
        ...{ schedule: 'nightly', scope: 'eu', time: '2026-06-03T12:00:00Z' },
        ...{ revision: 3, overlap: 'allow' },
      },
    });
  });

  it('takes what code computed for it', () => {
    const definition = resolveDefinition({ ...LEAST, computesInput: true });
    const request = planRequest(definition, { scope: 'eu', time, revision: 1, input: [1] });
    expect(request.input).toEqual([1]);
  });

  test.each(['queue', 'replace'])('lets one run of a scope at a time hold it: %s', (overlap) => {
    const concurrency = { key: 'reports', limit: 2 };
    const definition = resolveDefinition({ ...LEAST, overlap, concurrency });
    const request = planRequest(definition, { scope: 'a/b', time, revision: 1 });
    expect(resolveJobSpec('id', 1, request).needs).toEqual([
      { resource: 'concurrency/plan/nightly/a%2Fb', amount: 1, limit: 1 },
      { resource: 'concurrency/reports', amount: 1, limit: 2 },
    ]);
  });
});

test('the jitter of a plan is its own, and always the same', () => {
  const definition = resolveDefinition({ ...LEAST, delay: '1m', jitter: '10s' });
  const times = Array.from({ length: 1_000 }, (_, index) => index * 3_600_000);
  const shares = times.map((time) => planDueAt(definition, 'eu', time) - time - 60_000);
  expect(shares.every((share) => share >= 0 && share < 10_000)).toBe(true);
  expect(shares).toEqual(times.map((time) => planDueAt(definition, 'eu', time) - time - 60_000));
  // Spread over the whole length: each tenth has its part.
  const tenths = new Set(shares.map((share) => Math.floor(share / 1_000)));
  expect(tenths.size).toBe(10);
});
