import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { jobRequest } from '../../src/client/job-request.ts';
import { defineJob } from '../../src/handlers/define-job.ts';

const base = {
  kind: 'k',
  pool: 'p',
  input: z.object({ tenant: z.string(), gb: z.number().default(2) }),
  run: () => null,
};

describe('limits of a definition', () => {
  test('go to the workflow as they are', () => {
    const job = defineJob({
      ...base,
      resources: { 'gpu-mem-gb': 8 },
      concurrency: { limit: 3 },
      rate: { key: 'api', limit: 10, per: '1m' },
      priority: 1,
      fairnessKey: 'batch',
      slots: 2,
      deadline: '2h',
      pending: { reassignAfter: '1m' },
    });
    expect(job.request).toEqual({
      kind: 'k',
      pool: 'p',
      resources: { 'gpu-mem-gb': 8 },
      concurrency: { limit: 3 },
      rate: { key: 'api', limit: 10, windowMs: 60_000 },
      priority: 1,
      fairnessKey: 'batch',
      slots: 2,
      deadlineMs: 7_200_000,
      pending: { reassignAfterMs: 60_000 },
    });
  });

  test('are computed from the input as the schema gives it back', async () => {
    const job = defineJob({
      ...base,
      resources: ({ gb }) => ({ 'gpu-mem-gb': gb }),
      concurrency: { key: ({ tenant }) => `tenant/${tenant}`, limit: 3 },
      rate: { key: ({ tenant }) => tenant, limit: 10, per: '1s' },
      fairnessKey: ({ tenant }) => tenant,
      priority: 2,
    });
    expect(job.request).toEqual({ kind: 'k', pool: 'p', priority: 2 });
    expect(await jobRequest('id', job, { tenant: 'a' }, {})).toEqual({
      kind: 'k',
      pool: 'p',
      priority: 2,
      input: { tenant: 'a' },
      resources: { 'gpu-mem-gb': 2 },
      concurrency: { key: 'tenant/a', limit: 3 },
      rate: { key: 'a', limit: 10, windowMs: 1_000 },
      fairnessKey: 'a',
    });
  });

  test('are not asked for what the submit says itself', async () => {
    const never = () => {
      throw new Error('asked');
    };
    const job = defineJob({
      ...base,
      resources: never,
      concurrency: { key: never, limit: 1 },
      rate: { key: never, limit: 1, per: '1s' },
      fairnessKey: never,
      slots: 4,
    });
    const given = {
      resources: {},
      concurrency: { limit: 5 },
      rate: { limit: 1, per: 500 },
      fairnessKey: 'x',
      slots: 1,
      deadline: '1m',
    } as const;
    expect(await jobRequest('id', job, { tenant: 'a' }, given)).toEqual({
      kind: 'k',
      pool: 'p',
      input: { tenant: 'a' },
      resources: {},
      concurrency: { limit: 5 },
      rate: { limit: 1, windowMs: 500 },
      fairnessKey: 'x',
      slots: 1,
      deadlineMs: 60_000,
    });
  });

  test.each<[string, object, string]>([
    ['no amount', { resources: { gb: 0 } }, 'resources.gb: expected a whole number from 1, got 0'],
    [
      'a name that stands for a concurrency limit',
      { resources: { 'concurrency/x': 1 } },
      'resources: expected a name that does not begin with "concurrency/", got "concurrency/x"',
    ],
    [
      'no limit',
      { concurrency: {} },
      'concurrency.limit: expected a whole number from 1, got nothing',
    ],
    [
      'no limit beside a computed key',
      { concurrency: { key: () => 'x' } },
      'concurrency.limit: expected a whole number from 1, got nothing',
    ],
    [
      'a rate without a window',
      { rate: { limit: 1 } },
      'rate.per: expected a duration such as "500ms", "60s", "5m", "1h" or "7d", got nothing',
    ],
    [
      'a priority beyond the last',
      { priority: 6 },
      'priority: expected a whole number from 1 (first) to 5 (last), got 6',
    ],
    ['half a slot', { slots: 0.5 }, 'slots: expected a whole number from 1, got 0.5'],
    ['no time at all', { deadline: 0 }, 'deadline: expected at least 1ms, got 0'],
  ])('are refused with %s', (_, options, message) => {
    expect(() => defineJob({ ...base, ...options })).toThrow(`defineJob(k).${message}`);
  });

  test.each<[string, object, string]>([
    [
      'throws',
      {
        resources: () => {
          throw new RangeError('no such model');
        },
      },
      'resources: expected a value for this input, got a function that throws: RangeError: no such model',
    ],
    [
      'answers a promise',
      { resources: () => Promise.resolve({}) },
      'resources: expected a value at once, got "a promise"',
    ],
    [
      'answers what is wrong',
      { resources: () => ({ gb: -1 }) },
      'resources.gb: expected a whole number from 1, got -1',
    ],
    [
      'answers nothing',
      { fairnessKey: () => undefined },
      'fairnessKey: expected a value, got nothing',
    ],
    [
      'answers no text',
      { concurrency: { key: () => 7, limit: 1 } },
      'concurrency.key: expected a text of 1 to 200 printable characters, got 7',
    ],
  ])('make a submit fail whose function %s', async (_, options, message) => {
    const job = defineJob({ ...base, ...options });
    await expect(jobRequest('id', job, { tenant: 'a' }, {})).rejects.toMatchObject({
      code: 'invalid_input',
      message: `defineJob(k).${message}`,
    });
  });

  test('are values at a submit', async () => {
    const options = { concurrency: { key: () => 'x', limit: 1 } } as never;
    await expect(jobRequest('id', 'k', null, options)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { path: 'submit.concurrency.key' },
    });
  });
});
