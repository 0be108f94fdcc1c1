import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  defineJob,
  isJobDefinition,
  NonRetryableError,
  RetryElsewhereError,
} from '../../src/handlers/define-job.ts';

const least = {
  kind: 'transcribe',
  pool: 'gpu',
  input: z.object({ audioUrl: z.url() }),
  run: ({ audioUrl }: { audioUrl: string }) => ({ text: audioUrl }),
};
const name = 'a text of 1 to 200 printable characters';
const duration = 'a duration such as "500ms", "60s", "5m", "1h" or "7d"';

describe('defineJob', () => {
  it('takes secret as a mark, of which the workflow is not told', () => {
    expect(defineJob({ ...least, secret: true }).request).toEqual({
      kind: 'transcribe',
      pool: 'gpu',
    });
    const wrong = 'yes' as unknown as boolean;
    expect(() => defineJob({ ...least, secret: wrong })).toThrow(
      'defineJob(transcribe).secret: expected true or false, got "yes"',
    );
  });

  it('keeps what it is given and asks the workflow for no more than that', () => {
    const definition = defineJob(least);
    expect(definition).toMatchObject(least);
    expect(definition.request).toEqual({ kind: 'transcribe', pool: 'gpu' });
  });

  it('turns durations into milliseconds and the backoff into its two waits', () => {
    const { request } = defineJob({
      ...least,
      timeout: '60s',
      heartbeat: 500,
      failover: { maxAttempts: 0 },
      retry: { maxAttempts: 5, backoff: ['1s', '1m'], nonRetryable: ['TypeError'] },
    });
    expect(request).toEqual({
      kind: 'transcribe',
      pool: 'gpu',
      timeoutMs: 60_000,
      heartbeatMs: 500,
      failover: { maxAttempts: 0 },
      retry: { maxAttempts: 5, initialMs: 1_000, maxMs: 60_000, nonRetryable: ['TypeError'] },
    });
  });

  it('keeps labels, placement and patience, and a lease for a heartbeat', () => {
    const { request } = defineJob({
      ...least,
      heartbeat: 'lease',
      labels: { gpu: 'a100' },
      preferLabels: { zone: 'b' },
      placement: 'each',
      pending: { alarmAfter: '1s', failAfter: '1m' },
    });
    expect(request).toEqual({
      kind: 'transcribe',
      pool: 'gpu',
      liveness: 'lease',
      labels: { gpu: 'a100' },
      preferLabels: { zone: 'b' },
      placement: 'each',
      pending: { alarmAfterMs: 1_000, failAfterMs: 60_000 },
    });
  });

  it('takes a definition for options, so that a variant is one call away', () => {
    const variant = defineJob({ ...defineJob({ ...least, timeout: '1s' }), kind: 'other' });
    expect(variant.request).toEqual({ kind: 'other', pool: 'gpu', timeoutMs: 1_000 });
  });

  it('cannot be changed afterwards', () => {
    expect(() => Object.assign(defineJob(least), { kind: 'other' })).toThrow(TypeError);
  });

  it('takes a schema that is a function, as some libraries have them', () => {
    const schema = Object.assign(() => undefined, { '~standard': least.input['~standard'] });
    expect(isJobDefinition(defineJob({ ...least, input: schema as never }))).toBe(true);
  });

  it.each<[string, object, string]>([
    ['a missing kind', { kind: undefined }, `defineJob(?).kind: expected ${name}, got nothing`],
    ['an empty kind', { kind: '' }, `defineJob().kind: expected ${name}, got ""`],
    [
      'a missing pool',
      { pool: undefined },
      `defineJob(transcribe).pool: expected ${name}, got nothing`,
    ],
    [
      'a missing handler',
      { run: undefined },
      'defineJob(transcribe).run: expected a function, got nothing',
    ],
    [
      'a missing schema',
      { input: undefined },
      'defineJob(transcribe).input: expected a Standard Schema, got nothing',
    ],
    [
      'a plain object for a schema',
      { input: { a: 1 } },
      'defineJob(transcribe).input: expected a Standard Schema, got {"a":1}',
    ],
    [
      'a bad timeout',
      { timeout: '1 minute' },
      `defineJob(transcribe).timeout: expected ${duration}, got "1 minute"`,
    ],
    [
      'no timeout at all',
      { timeout: 0 },
      'defineJob(transcribe).timeout: expected at least 1ms, got 0',
    ],
    [
      'a bad heartbeat',
      { heartbeat: -1 },
      `defineJob(transcribe).heartbeat: expected ${duration}, got -1`,
    ],
    [
      'no heartbeat at all',
      { heartbeat: '0s' },
      'defineJob(transcribe).heartbeat: expected at least 1ms, got "0s"',
    ],
    [
      'a word for a heartbeat',
      { heartbeat: 'leese' },
      `defineJob(transcribe).heartbeat: expected ${duration}, got "leese"`,
    ],
    [
      'a label that is no text',
      { labels: { slots: 3 } },
      'defineJob(transcribe).labels.slots: expected a text, got 3',
    ],
    [
      'an unknown placement',
      { placement: 'all' },
      'defineJob(transcribe).placement: expected "any" or "each", got "all"',
    ],
    [
      'no patience at all',
      { pending: { failAfter: '0s' } },
      'defineJob(transcribe).pending.failAfter: expected at least 1ms, got "0s"',
    ],
    [
      'a number of failovers',
      { failover: 3 },
      'defineJob(transcribe).failover: expected an object, got 3',
    ],
    [
      'less than no failover',
      { failover: { maxAttempts: -1 } },
      'defineJob(transcribe).failover.maxAttempts: expected a whole number from 0, got -1',
    ],
    ['a number of retries', { retry: 5 }, 'defineJob(transcribe).retry: expected an object, got 5'],
    [
      'no try',
      { retry: { maxAttempts: 0 } },
      'defineJob(transcribe).retry.maxAttempts: expected a whole number from 1, got 0',
    ],
    [
      'one class name',
      { retry: { nonRetryable: 'TypeError' } },
      'defineJob(transcribe).retry.nonRetryable: expected a list of texts, got "TypeError"',
    ],
    [
      'one wait',
      { retry: { backoff: '1s' } },
      'defineJob(transcribe).retry.backoff: expected the first wait and the longest, got "1s"',
    ],
    [
      'three waits',
      { retry: { backoff: ['1s', '2s', '4s'] } },
      'defineJob(transcribe).retry.backoff: expected the first wait and the longest, got ["1s","2s","4s"]',
    ],
    [
      'a first wait over the longest',
      { retry: { backoff: ['1m', '1s'] } },
      'defineJob(transcribe).retry.backoff: expected the first wait and the longest, got ["1m","1s"]',
    ],
    [
      'a bad first wait',
      { retry: { backoff: ['soon', '1s'] } },
      `defineJob(transcribe).retry.backoff[0]: expected ${duration}, got "soon"`,
    ],
    [
      'a bad longest wait',
      { retry: { backoff: ['1s', 1.5] } },
      `defineJob(transcribe).retry.backoff[1]: expected ${duration}, got 1.5`,
    ],
  ])(
    'refuses %s, naming the kind, the option, what it expected and what it got',
    (_, bad, message) => {
      expect(() => defineJob({ ...least, ...bad })).toThrow(
        expect.objectContaining({ code: 'invalid_input', message }),
      );
    },
  );

  it('takes null for left out', () => {
    const definition = defineJob({ ...least, failover: null, retry: null } as never);
    expect(definition.request).toEqual({
      kind: 'transcribe',
      pool: 'gpu',
      failover: null,
      retry: {},
    });
  });

  it('hints how a schema is written', () => {
    expect(() => defineJob({ ...least, input: 5 as never })).toThrow(
      expect.objectContaining({ hint: 'for example z.object({ … })' }),
    );
  });
});

describe('isJobDefinition', () => {
  it('knows what defineJob of this copy made, and of another copy of Holdfast', async () => {
    vi.resetModules();
    const other = await import('../../src/handlers/define-job.ts');
    expect(other.defineJob).not.toBe(defineJob);
    expect(isJobDefinition(defineJob(least))).toBe(true);
    expect(isJobDefinition(other.defineJob(least))).toBe(true);
  });

  it.each([
    ['the options alone', least],
    ['null', null],
    ['nothing', undefined],
    ['a text', 'transcribe'],
    ['a function', () => least],
  ])('does not take %s for a definition', (_, value) => {
    expect(isJobDefinition(value)).toBe(false);
  });
});

describe('NonRetryableError', () => {
  it('is an error that says so without its class, and keeps its name in a subclass', () => {
    class BadAudioError extends NonRetryableError {}
    class NamedError extends NonRetryableError {
      override readonly name = 'NamedError';
    }
    const error = new BadAudioError('no sound', { cause: 1 });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'NonRetryableError',
      message: 'no sound',
      nonRetryable: true,
      cause: 1,
    });
    expect(new NamedError('x').name).toBe('NamedError');
  });
});

describe('RetryElsewhereError', () => {
  it('is an error that asks for another node without its class', () => {
    const error = new RetryElsewhereError('disk full');
    expect(error).toMatchObject({
      name: 'RetryElsewhereError',
      message: 'disk full',
      retryElsewhere: true,
    });
    expect(error).not.toHaveProperty('nonRetryable');
  });
});
