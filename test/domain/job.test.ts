import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRequest } from '../../src/domain/job.ts';
import { checkName } from '../../src/domain/check.ts';
import { JOB_DEFAULTS, resolveJobSpec } from '../../src/domain/job-spec.ts';

const least: JobRequest = { kind: 'transcribe', pool: 'gpu', input: { url: 'x' } };
const name = 'a text of 1 to 200 printable characters';
const index = 'a whole number from 0 to 999999999';

describe('resolveJobSpec', () => {
  it('fills in every default', () => {
    expect(resolveJobSpec('utt-42', 2, least)).toEqual({
      id: 'utt-42',
      generation: 2,
      kind: 'transcribe',
      pool: 'gpu',
      input: { url: 'x' },
      timeoutMs: 60_000,
      heartbeatMs: 5_000,
      failover: { maxAttempts: 3, crashBudget: 3 },
      retry: { maxAttempts: 3, initialMs: 1_000, maxMs: 60_000, nonRetryable: [] },
      session: undefined,
      pin: undefined,
      labels: {},
      preferLabels: {},
      placement: 'any',
      liveness: 'heartbeat',
      pending: { alarmAfterMs: 300_000, failAfterMs: undefined, reassignAfterMs: 300_000 },
      reconcile: 'first',
      horizonMs: undefined,
      needs: [],
      rate: undefined,
      priority: 3,
      fairnessKey: undefined,
      slots: 1,
      deadlineMs: 86_400_000,
      plan: undefined,
    });
  });

  it('keeps all that is given', () => {
    const given = {
      ...least,
      timeoutMs: 1,
      heartbeatMs: 2,
      failover: { maxAttempts: 0, crashBudget: 1 },
      retry: { maxAttempts: 1, initialMs: 0, maxMs: 0, nonRetryable: ['TypeError'] },
      session: { id: 's1', index: 0, replaces: 'b' },
      pin: { node: 'n1', onOffline: 'fallback', afterMs: 5 },
      labels: { gpu: 'a100' },
      preferLabels: { zone: 'b' },
      placement: 'any',
      liveness: 'lease',
      pending: { alarmAfterMs: 1, failAfterMs: 2, reassignAfterMs: 3 },
      reconcile: 'original',
      horizonMs: 0,
      rate: { key: 'calls', limit: 5, windowMs: 1_000 },
      priority: 1,
      fairnessKey: 'tenant',
      slots: 2,
      deadlineMs: 9,
      plan: {
        schedule: 's',
        scope: 'eu',
        time: '2026-06-03T12:00:00Z',
        revision: 2,
        overlap: 'allow',
      },
    } as const;
    const resources = { licence: 2 };
    const needs = [{ resource: 'licence', amount: 2 }];
    const kept = { id: 'a', generation: 1, ...given, needs };
    expect(resolveJobSpec('a', 1, { ...given, resources })).toEqual(kept);
  });

  it('fills in what a part of a policy leaves out', () => {
    const spec = resolveJobSpec('a', 1, { ...least, failover: {}, retry: { maxAttempts: 7 } });
    expect(spec.failover).toEqual(JOB_DEFAULTS.failover);
    expect(spec.retry).toEqual({ ...JOB_DEFAULTS.retry, maxAttempts: 7 });
  });

  it('takes null and undefined for left out, as clients in other languages send them', () => {
    const plain = resolveJobSpec('a', 1, least);
    for (const none of [null, undefined]) {
      const policies = {
        failover: { maxAttempts: none },
        retry: { maxAttempts: none, initialMs: none, maxMs: none, nonRetryable: none },
      };
      const rest = {
        ...{ timeoutMs: none, heartbeatMs: none, session: none, pin: none, labels: none },
        ...{ preferLabels: none, placement: none, liveness: none, pending: none },
        ...{ reconcile: none, horizonMs: none },
      };
      expect(resolveJobSpec('a', 1, { ...least, ...rest, ...policies } as never)).toEqual(plain);
      const absent = { ...least, ...rest, failover: none, retry: none };
      expect(resolveJobSpec('a', 1, absent as never)).toEqual(plain);
    }
    expect(resolveJobSpec('a', 1, { ...least, input: undefined } as never).input).toBeNull();
  });

  it('changes neither the request nor the defaults', () => {
    const request = Object.freeze({ ...least, retry: Object.freeze({ maxAttempts: 9 }) });
    const defaults = structuredClone(JOB_DEFAULTS);
    resolveJobSpec('a', 1, request);
    expect(JOB_DEFAULTS).toEqual(defaults);
  });

  it.each<[string, object, string, string]>([
    ['kind', { kind: undefined }, name, 'nothing'],
    ['kind', { kind: '' }, name, '""'],
    ['pool', { pool: 5 }, name, '5'],
    ['timeoutMs', { timeoutMs: 0 }, 'a whole number from 1', '0'],
    ['timeoutMs', { timeoutMs: '60s' }, 'a whole number from 1', '"60s"'],
    ['timeoutMs', { timeoutMs: 1.5 }, 'a whole number from 1', '1.5'],
    ['heartbeatMs', { heartbeatMs: 0 }, 'a whole number from 1', '0'],
    ['heartbeatMs', { heartbeatMs: -1 }, 'a whole number from 1', '-1'],
    ['failover', { failover: 5 }, 'an object', '5'],
    ['failover', { failover: [5] }, 'an object', '[5]'],
    ['failover.maxAttempts', { failover: { maxAttempts: -1 } }, 'a whole number from 0', '-1'],
    ['failover.maxAttempts', { failover: { maxAttempts: '3' } }, 'a whole number from 0', '"3"'],
    ['failover.crashBudget', { failover: { crashBudget: 0 } }, 'a whole number from 1', '0'],
    ['pin', { pin: 'n1' }, 'an object', '"n1"'],
    ['pin.node', { pin: {} }, name, 'nothing'],
    [
      'pin.onOffline',
      { pin: { node: 'n1', onOffline: 'run' } },
      '"wait" or "fallback" or "fail"',
      '"run"',
    ],
    ['pin.afterMs', { pin: { node: 'n1', afterMs: -1 } }, 'a whole number from 0', '-1'],
    ['labels.gpu', { labels: { gpu: 1 } }, 'a text', '1'],
    ['placement', { placement: 'all' }, '"any" or "each"', '"all"'],
    [
      'pin',
      { pin: { node: 'n1' }, placement: 'each' },
      'no pin on a job of placement "each"',
      '"n1"',
    ],
    ['liveness', { liveness: 'none' }, '"heartbeat" or "lease"', '"none"'],
    ['pending.failAfterMs', { pending: { failAfterMs: 0 } }, 'a whole number from 1', '0'],
    ['retry', { retry: 5 }, 'an object', '5'],
    ['retry', { retry: 'never' }, 'an object', '"never"'],
    ['retry.maxAttempts', { retry: { maxAttempts: 0 } }, 'a whole number from 1', '0'],
    [
      'retry.maxAttempts',
      { retry: { maxAttempts: Infinity } },
      'a whole number from 1',
      'Infinity',
    ],
    ['retry.initialMs', { retry: { initialMs: -1 } }, 'a whole number from 0', '-1'],
    ['retry.maxMs', { retry: { maxMs: 0.5 } }, 'a whole number from 0', '0.5'],
    [
      'retry.nonRetryable',
      { retry: { nonRetryable: 'TypeError' } },
      'a list of texts',
      '"TypeError"',
    ],
    ['retry.nonRetryable', { retry: { nonRetryable: [TypeError] } }, 'a list of texts', '[null]'],
    ['session', { session: 's1' }, 'an object', '"s1"'],
    ['session.id', { session: { index: 0 } }, name, 'nothing'],
    ['session.id', { session: { id: 's\n', index: 0 } }, name, String.raw`"s\n"`],
    ['session.index', { session: { id: 's1' } }, index, 'nothing'],
    ['session.index', { session: { id: 's1', index: -1 } }, index, '-1'],
    ['session.index', { session: { id: 's1', index: 0.5 } }, index, '0.5'],
    ['session.index', { session: { id: 's1', index: 1_000_000_000 } }, index, '1000000000'],
    ['session.replaces', { session: { id: 's1', index: 0, replaces: '' } }, name, '""'],
    ['reconcile', { reconcile: 'last' }, '"first" or "original" or "replacement"', '"last"'],
    ['horizonMs', { horizonMs: -1 }, 'a whole number from 0', '-1'],
  ])(
    'refuses a bad %s (%o), naming the field, what it expected and what it got',
    (path, bad, expected, got) => {
      expect(() => resolveJobSpec('a', 1, { ...least, ...bad })).toThrow(
        expect.objectContaining({
          code: 'invalid_input',
          message: `${path}: expected ${expected}, got ${got}`,
          details: { path },
        }),
      );
    },
  );

  it('refuses a bad id', () => {
    expect(() => resolveJobSpec('', 1, least)).toThrow(`id: expected ${name}, got ""`);
  });
});

describe('checkName', () => {
  it.each(['a', 'a b', 'a/b#2', 'é', '日本語', '😀', "'quoted'", '%', 'x'.repeat(200)])(
    'takes %j as it is',
    (text) => {
      expect(checkName(text, 'id')).toBe(text);
    },
  );

  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['more than 200 characters', 'x'.repeat(201)],
    ['a NUL', 'a\0b'],
    ['a line end', 'a\n'],
    ['a control character of Latin-1', 'a\u0085'],
    ['a number', 5],
    ['nothing', undefined],
    ['null', null],
    ['a list', ['a']],
    // UTF-8 has no lone surrogates: two such ids would become one on the server and in the ledger.
    ['half a surrogate pair', 'a\ud800'],
    ['a swapped surrogate pair', '\udc00\ud800'],
  ])('refuses %s', (_, value) => {
    expect(() => checkName(value, 'id')).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: { path: 'id' } }),
    );
  });

  it('takes only what is the same text after a way through UTF-8', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
        (text) => {
          const back = Buffer.from(text).toString();
          try {
            expect(checkName(text, 'id')).toBe(back);
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_input' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
