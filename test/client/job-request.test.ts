import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SubmitOptions } from '../../src/client/job-request.ts';
import { jobRequest } from '../../src/client/job-request.ts';
import { defineJob } from '../../src/handlers/define-job.ts';

const duration = 'a duration such as "500ms", "60s", "5m", "1h" or "7d"';

function request(options: object) {
  return jobRequest('id', 'k', null, { pool: 'p', ...options });
}

describe('a request', () => {
  test('carries pin, labels, placement and patience in milliseconds', async () => {
    const options: SubmitOptions = {
      pin: { node: 'n', onOffline: 'fallback', after: '1m' },
      labels: { gpu: 'a100' },
      preferLabels: { zone: 'b' },
      placement: 'any',
      heartbeat: 'lease',
      failover: { maxAttempts: 1, crashBudget: 2 },
      pending: { alarmAfter: '10s', failAfter: '1h' },
      reconcile: 'original',
      horizon: '30d',
    };
    expect(await request(options)).toEqual({
      kind: 'k',
      pool: 'p',
      input: null,
      pin: { node: 'n', onOffline: 'fallback', afterMs: 60_000 },
      labels: { gpu: 'a100' },
      preferLabels: { zone: 'b' },
      placement: 'any',
      liveness: 'lease',
      failover: { maxAttempts: 1, crashBudget: 2 },
      pending: { alarmAfterMs: 10_000, failAfterMs: 3_600_000 },
      reconcile: 'original',
      horizonMs: 2_592_000_000,
    });
  });

  test('asks for no more than it is told', async () => {
    expect(await request({})).toEqual({ kind: 'k', pool: 'p', input: null });
    expect(await request({ pin: null })).toEqual({ kind: 'k', pool: 'p', input: null });
    expect(await request({ horizon: 'forever' })).toEqual({ kind: 'k', pool: 'p', input: null });
  });

  test('overrides the horizon of the definition, also by none', async () => {
    const base = { kind: 'k', pool: 'p', input: z.null(), run: () => null };
    const kind = defineJob({ ...base, horizon: '1d', reconcile: 'replacement' });
    const { horizonMs, reconcile } = await jobRequest('id', kind, null, {});
    expect({ horizonMs, reconcile }).toEqual({ horizonMs: 86_400_000, reconcile: 'replacement' });
    const submitted = await jobRequest('id', kind, null, {
      horizon: 'forever',
      reconcile: 'first',
    });
    expect(submitted).not.toHaveProperty('horizonMs');
    expect(submitted.reconcile).toBe('first');
    expect((await jobRequest('id', kind, null, { horizon: 0 })).horizonMs).toBe(0);
    expect((await jobRequest('id', kind, null, { horizon: 'while-active' })).horizonMs).toBe(0);
  });

  test.each<[string, object, string]>([
    [
      'a pin beside each',
      { pin: { node: 'n' }, placement: 'each' },
      'submit.pin: expected no pin beside placement "each", got {"node":"n"}',
    ],
    [
      'an unknown way to reconcile',
      { reconcile: 'newest' },
      'submit.reconcile: expected "first" or "original" or "replacement", got "newest"',
    ],
    [
      'a horizon that is no length of time',
      { horizon: 'ever' },
      'submit.horizon: expected "forever", "while-active" or a duration such as "30d", got "ever"',
    ],
    [
      'an unknown way to settle a slot',
      { dedupe: 'merge', session: { id: 's', index: 0 } },
      'submit.dedupe: expected "attach" or "reject" or "replace", got "merge"',
    ],
    ...[-1, 0.5, 1e9, '0'].map((index): [string, object, string] => [
      `index ${JSON.stringify(index)}`,
      { session: { id: 's', index } },
      `session.index: expected a whole number from 0 to 999999999, got ${JSON.stringify(index)}`,
    ]),
    ['a pin that is a text', { pin: 'n' }, 'submit.pin: expected an object, got "n"'],
    [
      'a pin without a node',
      { pin: {} },
      'pin.node: expected a text of 1 to 200 printable characters, got nothing',
    ],
    [
      'an unknown policy',
      { pin: { node: 'n', onOffline: 'wiat' } },
      'pin.onOffline: expected "wait" or "fallback" or "fail", got "wiat"',
    ],
    [
      'a patience that leads to nothing',
      { pin: { node: 'n', after: '1m' } },
      'submit.pin.after: expected nothing where the job waits for its node, got "1m"',
    ],
    [
      'a bad patience',
      { pin: { node: 'n', onOffline: 'fail', after: 'soon' } },
      `submit.pin.after: expected ${duration}, got "soon"`,
    ],
    ['a label that is no text', { labels: { slots: 3 } }, 'labels.slots: expected a text, got 3'],
    [
      'an unknown placement',
      { placement: 'all' },
      'placement: expected "any" or "each", got "all"',
    ],
    [
      'a bad heartbeat',
      { heartbeat: 'leese' },
      `submit.heartbeat: expected ${duration}, got "leese"`,
    ],
    [
      'no alarm at all',
      { pending: { alarmAfter: 0 } },
      'submit.pending.alarmAfter: expected at least 1ms, got 0',
    ],
    [
      'a bad end of patience',
      { pending: { failAfter: 'never' } },
      `submit.pending.failAfter: expected ${duration}, got "never"`,
    ],
    [
      'no crash at all',
      { failover: { crashBudget: 0 } },
      'failover.crashBudget: expected a whole number from 1, got 0',
    ],
  ])('is refused with %s', async (_, options, message) => {
    await expect(request(options)).rejects.toMatchObject({ code: 'invalid_input', message });
  });
});

describe('options of a submit', () => {
  const definition = defineJob({
    kind: 'k',
    pool: 'p',
    input: z.null(),
    heartbeat: 'lease',
    labels: { gpu: 'a100' },
    placement: 'each',
    run: () => null,
  });

  test('take the place of the definition', async () => {
    expect(definition.request).toMatchObject({ liveness: 'lease', placement: 'each' });
    const options = { heartbeat: '2s', labels: {}, placement: 'any', pin: { node: 'n' } } as const;
    expect(await jobRequest('id', definition, null, options)).toEqual({
      kind: 'k',
      pool: 'p',
      input: null,
      heartbeatMs: 2_000,
      labels: {},
      placement: 'any',
      pin: { node: 'n' },
    });
  });

  test('cannot pin what its definition runs on each node', async () => {
    await expect(jobRequest('id', definition, null, { pin: { node: 'n' } })).rejects.toMatchObject({
      code: 'invalid_input',
      details: { path: 'submit.pin' },
    });
  });

  test('change a length of the heartbeat to the lease', async () => {
    const other = defineJob({ ...definition, heartbeat: '9s' });
    const { heartbeatMs, liveness } = await jobRequest('id', other, null, { heartbeat: 'lease' });
    expect({ heartbeatMs, liveness }).toEqual({ heartbeatMs: undefined, liveness: 'lease' });
  });
});
