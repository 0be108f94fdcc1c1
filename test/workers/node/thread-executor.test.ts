import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ThreadExecutor } from '../../../dist/workers/node/thread-executor.js';
import { deferred } from '../../activities/node/deferred.ts';
import { startRun } from './handler-runs.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const executors: ThreadExecutor[] = [];

function threads(options: Partial<ConstructorParameters<typeof ThreadExecutor>[0]> = {}) {
  const executor = new ThreadExecutor({
    file: fixture('handlers.mjs'),
    threads: 2,
    log: silent,
    onStuckThread: () => expect.unreachable('no thread may be stuck'),
    ...options,
  });
  executors.push(executor);
  return executor;
}

afterEach(async () => {
  await Promise.all(executors.splice(0).map((executor) => executor.stop()));
});

describe('the handler file', () => {
  test('is read in a thread, and its kinds told with their pools', async () => {
    const kinds = await threads().kinds();
    expect(kinds).toContainEqual({ kind: 'busy', pool: 'test' });
  });

  test('may be TypeScript', async () => {
    const executor = threads({ file: fixture('typed-handlers.ts') });
    expect(await executor.kinds()).toEqual([{ kind: 'greet', pool: 'test' }]);
    const end = await startRun(executor, 'greet', { name: 'Ada' }).end;
    expect(end).toEqual({ kind: 'returned', result: { text: 'Hello, Ada' } });
  });

  test('that is missing is named in the error', async () => {
    await expect(threads({ file: 'no/such.mjs' }).kinds()).rejects.toMatchObject({
      name: 'HoldfastError',
      code: 'handler_file_failed',
      message: 'handler file no/such.mjs: there is no such file',
    });
  });

  test('that ends its process when loaded ends only its thread', async () => {
    await expect(threads({ file: fixture('exits-on-load.mjs') }).kinds()).rejects.toMatchObject({
      code: 'handler_file_failed',
      message: expect.stringContaining('exited with code 7') as unknown,
    });
  });

  test('that fails later loses the attempt instead of failing its job', async () => {
    const end = await startRun(threads({ file: 'no/such.mjs' }), 'busy').end;
    expect(end).toMatchObject({ kind: 'died' });
  });
});

describe('a handler that ends', () => {
  test('is given job, generation, epoch and node, and its lines and progress arrive first', async () => {
    const run = startRun(threads(), 'reports');
    expect(await run.end).toEqual({
      kind: 'returned',
      result: { job: 'j1', generation: 1, epoch: 2, node: 'n1' },
    });
    expect(run.progress).toEqual(['{"done":1}']);
    expect(run.lines).toEqual([
      {
        level: 'warn',
        message: 'odd',
        fields: {
          count: '1',
          error: { type: 'TeapotError', message: 'hot', stack: expect.any(String) as unknown },
        },
      },
      expect.objectContaining({ level: 'warn', message: 'attempt.progress_dropped' }),
    ]);
  });

  test.each([
    ['bigint', 'result_not_serialisable', false],
    ['cycle', 'result_not_serialisable', false],
    ['huge', 'result_too_large', false],
    ['strict', 'invalid_input', false],
    ['throws', 'job_failed', true],
    ['final', 'job_failed', false],
    ['throws-text', 'job_failed', true],
    ['throws-trap', 'job_failed', true],
  ])('of kind %s is told as %s', async (kind, code, retryable) => {
    const end = await startRun(threads(), kind).end;
    expect(end).toMatchObject({ kind: 'threw', error: { code, retryable } });
  });

  test.each([
    ['throws', false],
    ['throws-elsewhere', true],
    ['throws-text', false],
  ])('of kind %s asks for another node: %s', async (kind, elsewhere) => {
    const end = await startRun(threads(), kind).end;
    expect(end).toMatchObject({ kind: 'threw', error: { elsewhere } });
  });

  test('by throwing keeps its class, its message, its stack and the causes', async () => {
    expect(await startRun(threads(), 'throws').end).toMatchObject({
      error: {
        name: 'TeapotError',
        message: 'short and stout',
        stack: expect.stringMatching(/handlers\.mjs[^]*caused by: Error: the kettle/) as unknown,
      },
    });
  });

  test('reports each step of a loop, and few of the reports leave its thread', async () => {
    const run = startRun(threads(), 'chatty', { times: 10_000 });
    await run.end;
    expect(run.progress[0]).toBe('0');
    expect(run.progress.length).toBeLessThan(100);
  });

  test('is not called with an input that its schema refuses', async () => {
    let hasStarted = false;
    const run = startRun(threads(), 'strict', { name: 5 });
    void run.started.then(() => (hasStarted = true));
    expect(await run.end).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringContaining('name: ') as unknown },
    });
    expect(hasStarted).toBe(false);
  });
});

describe('a handler that is told to stop', () => {
  test('is given the reason by its signal', async () => {
    const run = startRun(threads(), 'polite');
    await run.progressed;
    run.stop('the job was cancelled');
    expect(await run.end).toMatchObject({
      kind: 'threw',
      error: { name: 'AbortError', message: 'the job was cancelled' },
    });
  });

  test('may return its result all the same', async () => {
    const run = startRun(threads(), 'finisher');
    await run.progressed;
    run.stop('the job was cancelled');
    expect(await run.end).toEqual({ kind: 'returned', result: 'finished all the same' });
  });

  test.each(['deaf', 'stubborn'])('and ignores it is terminated (%s)', async (kind) => {
    const executor = threads({ threads: 1 });
    const run = startRun(executor, kind);
    await run.progressed;
    run.stop('the job was cancelled');
    run.kill();
    expect(await run.end).toEqual({ kind: 'terminated' });
    expect(await startRun(executor, 'strict', { name: 'next' }).end).toMatchObject({
      result: 'next',
    });
  });

  test('before a thread was free never starts', async () => {
    const executor = threads({ threads: 1 });
    const first = startRun(executor, 'stubborn');
    await first.progressed;
    const second = startRun(executor, 'throws');
    second.kill();
    expect(await second.end).toEqual({ kind: 'terminated' });
    first.kill();
    await first.end;
  });

  test('and blocks in native code past its termination makes the node end', async () => {
    const stuck = deferred<void>();
    const executor = threads({ stuckAfterMs: 200, onStuckThread: () => stuck.resolve() });
    const blocked = once(process, 'SIGUSR2');
    const run = startRun(executor, 'blocked', { seconds: 3 });
    await blocked;
    run.kill();
    await stuck.promise;
    expect(await run.end).toEqual({ kind: 'terminated' });
  });
});

describe('a handler that takes its thread down', () => {
  test.each([
    ['exits', 'exited with code 3'],
    ['uncaught', 'out of the blue'],
  ])('loses its attempt, and the next run has a fresh thread (%s)', async (kind, why) => {
    const executor = threads({ threads: 1 });
    const run = startRun(executor, kind);
    expect(await run.end).toEqual({ kind: 'died', why: expect.stringContaining(why) as unknown });
    if (kind === 'exits') expect(run.lines).toMatchObject([{ message: 'last words' }]);
    const next = await startRun(executor, 'thread').end;
    expect(next).toMatchObject({ kind: 'returned' });
  });
});

test('runs at the same time have threads of their own', async () => {
  const executor = threads();
  const runs = [startRun(executor, 'deaf'), startRun(executor, 'deaf')];
  await Promise.all(runs.map((run) => run.progressed));
  for (const run of runs) run.kill();
  await Promise.all(runs.map((run) => run.end));
});

describe('a run of a schedule', () => {
  test('a handler is told its plan, and the rows it says arrive', async () => {
    const run = startRun(threads(), 'plan');
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
    expect(await startRun(threads(), 'rows', { count }).end).toMatchObject({
      kind: 'threw',
      error: { code: 'job_failed', name: 'HoldfastError' },
    });
  });
});
