import { describe, expect, test } from 'vitest';
import { loadHandlers } from '../../../dist/handlers/load-handlers.js';
import { InlineExecutor } from '../../../dist/workers/node/inline-executor.js';
import { startRun } from './handler-runs.ts';

const file = new URL('./fixtures/handlers.mjs', import.meta.url).pathname;
const executor = new InlineExecutor(await loadHandlers(file));

describe('inline', () => {
  test('handlers run in the thread of the node', async () => {
    const end = await startRun(executor, 'thread').end;
    const { threadId } = await import('node:worker_threads');
    expect(end).toEqual({ kind: 'returned', result: { threadId } });
  });

  test('progress and log lines arrive', async () => {
    const run = startRun(executor, 'reports');
    await run.end;
    expect(run.progress).toEqual(['{"done":1}']);
    expect(run.lines).toMatchObject([{ message: 'odd' }, { message: 'attempt.progress_dropped' }]);
  });

  test('a handler is told its plan, and the rows it says arrive', async () => {
    const run = startRun(executor, 'plan');
    expect(await run.end).toEqual({
      kind: 'returned',
      result: {
        ...{ schedule: 'nightly', scope: 'eu', time: '2026-06-03T12:00:00.000Z', isDate: true },
        ...{ attempt: 2, executionId: 'j1#1/2' },
      },
    });
    expect(run.rows).toEqual([3, 12]);
  });

  test.each([-1, 0.5, '3', null])('%j is no number of rows', async (count) => {
    expect(await startRun(executor, 'rows', { count }).end).toMatchObject({
      kind: 'threw',
      error: { code: 'job_failed', name: 'HoldfastError' },
    });
  });

  test.each([
    ['bigint', 'result_not_serialisable'],
    ['huge', 'result_too_large'],
    ['strict', 'invalid_input'],
    ['throws', 'job_failed'],
  ])('a handler of kind %s is told as %s', async (kind, code) => {
    expect(await startRun(executor, kind).end).toMatchObject({ kind: 'threw', error: { code } });
  });

  test('a handler is given the reason to stop by its signal', async () => {
    const run = startRun(executor, 'polite');
    run.stop('the node is stopping');
    expect(await run.end).toMatchObject({ error: { message: 'the node is stopping' } });
  });

  test('a handler that ignores its signal is no longer waited for', async () => {
    const run = startRun(executor, 'deaf');
    await run.started;
    run.kill();
    expect(await run.end).toEqual({ kind: 'terminated' });
  });
});
