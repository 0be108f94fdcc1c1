import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../../../src/handlers/define-job.ts';
import type { ClaimedRow } from '../../../src/ledger/outbox-claims.ts';
import { outboxRequest } from '../../../src/workers/orchestrator/outbox-request.ts';

const render = defineJob({
  kind: 'render',
  pool: 'gpu',
  input: z.object({ gb: z.string().transform(Number) }),
  resources: ({ gb }) => {
    if (gb > 64) throw new RangeError('too large a model');
    return { 'gpu-mem-gb': gb };
  },
  concurrency: { key: () => 'renderers', limit: 4 },
  run: () => null,
});
const definitions = new Map([['render', render]]);

const row = (given: Partial<ClaimedRow>): ClaimedRow => ({
  ...{ id: 'j', kind: 'render', seq: 1, tries: 1, input: { gb: '8' }, inputBytes: 10, options: {} },
  ...{ isComplete: false, session: undefined, ageMs: 0, ...given },
});

test('a row of SQL gets what its kind computes from its input', async () => {
  expect((await outboxRequest(row({}), definitions)).request).toEqual({
    ...{ kind: 'render', pool: 'gpu', input: { gb: '8' } },
    resources: { 'gpu-mem-gb': 8 },
    concurrency: { key: 'renderers', limit: 4 },
  });
});

test('its own options go before them, by their names on the wire', async () => {
  const options = {
    resources: { 'gpu-mem-gb': 1 },
    concurrency: null,
    rate: { key: 'api', limit: 5, windowMs: 1000 },
    ...{ priority: 1, fairnessKey: 'a', slots: 2, deadlineMs: 60_000 },
  };
  const { request } = await outboxRequest(row({ options }), definitions);
  expect(request).toEqual({
    ...options,
    ...{ kind: 'render', pool: 'gpu', input: { gb: '8' } },
    concurrency: { key: 'renderers', limit: 4 },
  });
});

test('it is dead when a function of its kind throws', async () => {
  await expect(outboxRequest(row({ input: { gb: '80' } }), definitions)).rejects.toMatchObject({
    code: 'invalid_input',
    retryable: false,
    message:
      'defineJob(render).resources: expected a value for this input, got a function that throws: RangeError: too large a model',
  });
});

test('nothing is computed for what a client has checked', async () => {
  const given = row({ isComplete: true, options: { pool: 'gpu' }, input: { gb: '80' } });
  expect((await outboxRequest(given, definitions)).request).toEqual({
    ...{ kind: 'render', pool: 'gpu', input: { gb: '80' } },
  });
});
