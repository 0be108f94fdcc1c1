import { expect, test } from 'vitest';
import { rulesOf } from '../../src/client/session-rules.ts';

test('rules go to the ledger in milliseconds', () => {
  expect(rulesOf({})).toEqual({ skipAfterMs: undefined, isStrict: false });
  expect(rulesOf({ gap: 'wait' })).toEqual({ skipAfterMs: undefined, isStrict: false });
  expect(rulesOf({ gap: { skipAfter: '5s' }, concurrency: 1 })).toEqual({
    skipAfterMs: 5_000,
    isStrict: true,
  });
});

test.each<[object, string]>([
  [{ gap: 'skip' }, 'gap: expected "wait" or { skipAfter: … }, got "skip"'],
  [{ gap: {} }, 'gap: expected "wait" or { skipAfter: … }, got {}'],
  [{ gap: { skipAfter: 0 } }, 'gap.skipAfter: expected at least 1ms, got 0'],
  [{ concurrency: 2 }, 'concurrency: expected 1, or nothing for jobs in parallel, got 2'],
])('%j is refused', (options, message) => {
  expect(() => rulesOf(options)).toThrow(message);
});
