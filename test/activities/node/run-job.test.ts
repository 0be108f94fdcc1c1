import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { attempt, DISPATCH, failureOf, IDS, threw } from './played-attempt.ts';

const PROGRESS_LIMIT_BYTES = 16_384;

describe('an attempt that succeeds', () => {
  test('reports the result with the node and the time of its start', async () => {
    const { run, end, answer, lines } = attempt();
    (await run).events.started();
    end({ kind: 'returned', result: { text: 'hi' } });
    const report = await answer;
    expect(report).toEqual({
      result: { text: 'hi' },
      node: 'gpu-1',
      startedAt: expect.any(Number) as unknown,
    });
    const startedAt = report.startedAt;
    expect(lines).toEqual([
      { level: 'info', message: 'attempt.started', fields: { ...IDS, startedAt } },
      {
        level: 'info',
        message: 'attempt.ended',
        fields: {
          ...IDS,
          startedAt,
          outcome: 'succeeded',
          tookMs: expect.any(Number) as unknown,
        },
      },
    ]);
  });

  test('is logged as started only when its handler is about to run', async () => {
    const { run, lines } = attempt();
    const { events } = await run;
    expect(lines).toEqual([]);
    events.started();
    expect(lines).toMatchObject([{ message: 'attempt.started' }]);
  });

  test('logs what its handler logs under its own fields', async () => {
    const { run, lines } = attempt();
    (await run).events.log('warn', 'odd', { count: 1, job: 'not mine' });
    expect(lines).toMatchObject([
      { level: 'warn', message: 'odd', fields: { ...IDS, count: 1, job: 'utt-42' } },
    ]);
  });
});

describe('a node that will not run an attempt', () => {
  test('refuses a kind it does not have, and says which it has', async () => {
    const { answer } = attempt({ dispatch: { ...DISPATCH, kind: 'sing' } });
    expect(await failureOf(answer)).toMatchObject({
      type: 'kind_refused',
      nonRetryable: false,
      message: 'node gpu-1 of pool gpu does not run kind "sing"; it runs: transcribe, align',
      details: [{ node: 'gpu-1' }],
    });
  });

  test('hands it back at once while it is stopping', async () => {
    const { answer, lines } = attempt({ isStopping: () => true });
    expect(await failureOf(answer)).toMatchObject({ type: 'handed_back' });
    expect(lines).toMatchObject([{ message: 'attempt.handed_back' }]);
  });
});

describe('heartbeats', () => {
  test('begin after a third of the heartbeat timeout and carry the newest progress', async () => {
    const begunAt = performance.now();
    const { env, run } = attempt({ heartbeatTimeoutMs: 300 });
    const [first] = (await once(env, 'heartbeat')) as unknown[];
    expect(performance.now() - begunAt).toBeGreaterThan(90);
    expect(first).toEqual({ node: 'gpu-1', epoch: 3, startedAt: expect.any(Number) as unknown });
    const { events } = await run;
    events.progress('{"done":1}');
    events.progress('{"done":2}');
    expect(await once(env, 'heartbeat')).toMatchObject([{ progress: { done: 2 } }]);
  });

  test('keep the last progress when one is too large, and warn once', async () => {
    const { env, run, lines } = attempt();
    const { events } = await run;
    const large = JSON.stringify('x'.repeat(PROGRESS_LIMIT_BYTES));
    events.progress('"small"');
    events.progress(large);
    events.progress(large);
    expect(await once(env, 'heartbeat')).toMatchObject([{ progress: 'small' }]);
    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: 'attempt.progress_dropped',
        fields: { bytes: PROGRESS_LIMIT_BYTES + 2, limitBytes: PROGRESS_LIMIT_BYTES },
      },
    ]);
  });

  test('end with the attempt', async () => {
    const { env, end, answer } = attempt();
    end({ kind: 'returned', result: null });
    await answer;
    env.on('heartbeat', () => expect.unreachable('a heartbeat after the end'));
    const other = attempt();
    await once(other.env, 'heartbeat');
    await once(other.env, 'heartbeat');
  });
});

describe('an attempt that fails', () => {
  test('carries the code, the class and the stack of the error', async () => {
    const { end, answer, lines } = attempt();
    end(threw({ message: 'no audio', name: 'AudioError', stack: 'AudioError: no audio\n  at x' }));
    expect(await failureOf(answer)).toMatchObject({
      type: 'job_failed',
      message: 'no audio',
      nonRetryable: false,
      stack: 'AudioError: no audio\n  at x',
      details: [{ node: 'gpu-1', name: 'AudioError', stack: 'AudioError: no audio\n  at x' }],
    });
    expect(lines).toMatchObject([
      { fields: { outcome: 'failed', reason: 'job_failed: no audio' } },
    ]);
  });

  test('is not retried when its error says so', async () => {
    const { end, answer } = attempt();
    end(threw({ code: 'invalid_input', retryable: false }));
    expect(await failureOf(answer)).toMatchObject({ type: 'invalid_input', nonRetryable: true });
  });

  test('stays within the size that the server takes, and is readable', async () => {
    const { end, answer } = attempt();
    end(threw({ message: `\ud800${'m'.repeat(9_000)}`, stack: 's'.repeat(90_000) }));
    const failure = await failureOf(answer);
    expect(failure.message).toHaveLength(4_096);
    expect(failure.message).toMatch(/^\ufffdm+…$/);
    expect((failure.details?.[0] as { stack: string }).stack).toHaveLength(8_192);
  });

  test('is lost when its thread died', async () => {
    const { end, answer, lines } = attempt();
    end({ kind: 'died', why: 'exited with code 3' });
    expect(await failureOf(answer)).toMatchObject({
      type: 'thread_died',
      message: 'exited with code 3',
      details: [{ node: 'gpu-1', startedAt: expect.any(Number) as unknown }],
    });
    expect(lines).toMatchObject([{ fields: { outcome: 'lost', reason: 'exited with code 3' } }]);
  });
});
