import { expect, test } from 'vitest';
import type { JobRequest } from '../../src/domain/job.ts';
import { optionsIn, overrideKind } from '../../src/domain/kind-override.ts';

const request: JobRequest = {
  ...{ kind: 'k', pool: 'p', input: 1, timeoutMs: 1_000, heartbeatMs: 500, priority: 3 },
  retry: { maxAttempts: 3, initialMs: 5, maxMs: 9, nonRetryable: ['TypeError'] },
  resources: { a: 1, b: 2 },
};

test('options of the configuration take the place of the definition’s, and of none others', () => {
  expect(overrideKind(request, { k: { timeoutMs: 9_000, slots: 2 } }, [])).toEqual({
    ...{ ...request, timeoutMs: 9_000, slots: 2 },
  });
  expect(overrideKind(request, { other: { timeoutMs: 9_000 } }, [])).toEqual(request);
  expect(overrideKind({ ...request, kind: 'toString' }, {}, [])).toMatchObject({
    timeoutMs: 1_000,
  });
});

test('what a submit has given stays', () => {
  const kinds = { k: { timeoutMs: 9_000, priority: 1, deadlineMs: 7 } };
  expect(overrideKind(request, kinds, ['timeout'])).toEqual({
    ...{ ...request, priority: 1, deadlineMs: 7 },
  });
});

test('a heartbeat by the lease takes the place of one by itself, and the other way round', () => {
  const leased = overrideKind(request, { k: { liveness: 'lease' } }, []);
  expect(leased).toMatchObject({ liveness: 'lease' });
  expect(leased).not.toHaveProperty('heartbeatMs');
  const own = overrideKind(leased, { k: { heartbeatMs: 200 } }, []);
  expect(own).toMatchObject({ heartbeatMs: 200 });
  expect(own).not.toHaveProperty('liveness');
});

test('of retries, failovers and waits each part is overridden by itself; resources are as a whole', () => {
  const kinds = { k: { retry: { maxAttempts: 9 }, resources: { c: 3 } } };
  expect(overrideKind(request, kinds, [])).toMatchObject({
    retry: { maxAttempts: 9, initialMs: 5, maxMs: 9, nonRetryable: ['TypeError'] },
  });
  expect(overrideKind(request, kinds, []).resources).toEqual({ c: 3 });
});

test('the options of a request on the wire are known by their fields', () => {
  expect(optionsIn({ timeoutMs: 1, liveness: 'lease', retry: null, pool: 'p' })).toEqual([
    ...['timeout', 'heartbeat'],
  ]);
});
