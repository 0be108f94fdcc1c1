import { expect, test } from 'vitest';
import { formatSessionResult } from '../../../dist/cli/format/session-result.js';

test('a result of a session is one line: index, state, job, value', () => {
  const slot = { index: 3, job: 'utt-3', state: 'succeeded' as const, result: { text: 'a\nb' } };
  expect(formatSessionResult(slot)).toBe(
    `     3  succeeded  ${'utt-3'.padEnd(36)}  {"text":"a\\nb"}`,
  );
});

test('one that did not succeed tells its error', () => {
  const error = { code: 'job_failed' as const, message: 'two\nlines' };
  const slot = { index: 4, job: 'utt-4', state: 'failed' as const, error };
  expect(formatSessionResult(slot)).toBe(
    `     4  failed     ${'utt-4'.padEnd(36)}  job_failed: two lines`,
  );
});
