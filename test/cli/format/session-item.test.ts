import { expect, test } from 'vitest';
import { formatSessionItem } from '../../../dist/cli/format/session-item.js';

test('a result of a session is one line: index, state, job, value', () => {
  const slot = { index: 3, job: 'utt-3', state: 'succeeded' as const, result: { text: 'a\nb' } };
  expect(formatSessionItem(slot)).toBe(
    `     3  succeeded  ${'utt-3'.padEnd(36)}  {"text":"a\\nb"}`,
  );
});

test('one that did not succeed tells its error', () => {
  const error = { code: 'job_failed' as const, message: 'two\nlines' };
  const slot = { index: 4, job: 'utt-4', state: 'failed' as const, error };
  expect(formatSessionItem(slot)).toBe(
    `     4  failed     ${'utt-4'.padEnd(36)}  job_failed: two lines`,
  );
});

test('one that was passed over has no job, one that was cleaned up no value', () => {
  const skipped = { index: 5, job: undefined, state: 'skipped' as const };
  expect(formatSessionItem(skipped)).toBe(
    `     5  skipped    ${'-'.padEnd(36)}  nothing came in time`,
  );
  expect(formatSessionItem({ index: 6, job: 'utt-6', state: 'pruned' })).toBe(
    `     6  pruned     ${'utt-6'.padEnd(36)}  its result was cleaned up`,
  );
});
