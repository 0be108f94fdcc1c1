import { once } from 'node:events';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { RunningAttempts } from '../../../dist/activities/node/running-attempts.js';
import { openNode } from './open-node.ts';
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
      incarnation: 'i1',
      startedAt: expect.any(Number) as unknown,
    });
    const startedAt = report?.startedAt;
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

  test('hands it back at once while it takes no work', async () => {
    const gate = { ...openNode().gate, whyClosed: () => 'it is cordoned: driver update' };
    const { answer, lines } = attempt({ gate });
    expect(await failureOf(answer)).toMatchObject({
      type: 'handed_back',
      message: 'node gpu-1: it is cordoned: driver update',
      details: [{ node: 'gpu-1' }],
    });
    expect(lines).toMatchObject([{ message: 'attempt.handed_back' }]);
  });

  test.each([
    [{}, undefined, 'no slot was free'],
    [{ slots: 3 }, 3, 'fewer than 3 slots were free'],
  ])('hands it back when it needs %j and does not get that', async (given, slots, why) => {
    const enter = vi.fn(() => Promise.resolve(undefined));
    const gate = { ...openNode().gate, enter };
    const { answer } = attempt({ dispatch: { ...DISPATCH, ...given }, gate });
    const message = `node gpu-1: ${why}`;
    expect(await failureOf(answer)).toMatchObject({ type: 'handed_back', message });
    expect(enter).toHaveBeenCalledWith(expect.any(AbortSignal), slots);
  });

  test('cancels it when it was cancelled while it waited for a slot', async () => {
    const gate = {
      ...openNode().gate,
      enter: async (stop: AbortSignal) => {
        await once(stop, 'abort');
        return undefined;
      },
    };
    const { env, answer } = attempt({ gate });
    env.cancel('CANCELLED');
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
  });
});

const told = { node: 'gpu-1', incarnation: 'i1', startedAt: expect.any(Number) as unknown };

describe('an attempt on a node without a fresh lease', () => {
  const stale = { isFresh: () => false, named: () => Promise.resolve(true) };

  test('runs when the server holds it for ours', async () => {
    const beats: unknown[] = [];
    const { run, end, answer } = attempt({
      lease: stale,
      sendBeat: (_token, details) => {
        beats.push(details);
        return Promise.resolve('acknowledged');
      },
    });
    await run;
    end({ kind: 'returned', result: 1 });
    expect(await answer).toMatchObject({ result: 1 });
    expect(beats).toEqual([{ ...told, epoch: 3, beatAt: expect.any(Number) as unknown }]);
  });

  test('never starts when the server does not', async () => {
    const { answer, lines } = attempt({
      lease: stale,
      sendBeat: () => Promise.resolve('gone'),
      executor: {
        run: () => expect.unreachable('it must not run'),
        stop: () => Promise.resolve(),
      },
    });
    expect(await failureOf(answer)).toMatchObject({ type: 'attempt_fenced' });
    expect(lines).toMatchObject([
      { message: 'attempt.ended', fields: { outcome: 'lost', reason: 'gone_before_start' } },
    ]);
  });

  test('never starts when it is cancelled before the server has answered', async () => {
    const { env, answer } = attempt({
      lease: stale,
      sendBeat: () => Promise.reject(new Error('no answer')),
    });
    env.cancel('CANCELLED');
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
  });
});

describe('an attempt that runs', () => {
  test('has a place among the running ones until its end', async () => {
    const running = new RunningAttempts();
    const { run, end, answer } = attempt({ running });
    await run;
    expect(running.held).toEqual([{ job: 'utt-42', generation: 1, epoch: 3 }]);
    end({ kind: 'returned', result: 1 });
    await answer;
    expect(running).toMatchObject({ count: 0, handedBack: [] });
  });

  test('is lost when its node is fenced, and says so', async () => {
    const running = new RunningAttempts();
    const { run, end, answer } = attempt({ running, cancelGraceMs: 600_000 });
    const { stop, kill } = await run;
    running.haltAll('node_fenced');
    expect((stop.reason as Error).message).toContain('lost its lease');
    await once(kill, 'abort');
    end({ kind: 'terminated' });
    expect(await failureOf(answer)).toMatchObject({
      type: 'attempt_fenced',
      details: [{ node: 'gpu-1', startedAt: expect.any(Number) as unknown }],
    });
  });

  test('is handed back when its node has drained for long enough', async () => {
    const running = new RunningAttempts();
    const { run, end, answer } = attempt({ running });
    await run;
    running.haltAll('node_stopping');
    end(threw());
    expect(await failureOf(answer)).toMatchObject({ type: 'handed_back' });
    expect(running.handedBack).toEqual([{ job: 'utt-42', generation: 1, epoch: 3 }]);
  });

  test('sends no heartbeats of its own when its lease is its sign of life', async () => {
    const asked: string[] = [];
    const { env, run, end, answer } = attempt({
      dispatch: { ...DISPATCH, byLease: true },
      lease: {
        isFresh: () => true,
        named: () => {
          asked.push('named');
          return Promise.resolve(true);
        },
      },
    });
    env.on('heartbeat', () => expect.unreachable('a heartbeat'));
    await run;
    expect(asked).toEqual(['named']);
    const other = attempt();
    await once(other.env, 'heartbeat');
    end({ kind: 'returned', result: null });
    await answer;
  });
});

describe('heartbeats', () => {
  test('begin after a third of the heartbeat timeout and carry the newest progress', async () => {
    const begunAt = performance.now();
    const { env, run } = attempt({ heartbeatTimeoutMs: 300 });
    const [first] = (await once(env, 'heartbeat')) as unknown[];
    expect(performance.now() - begunAt).toBeGreaterThan(90);
    expect(first).toEqual({ ...told, epoch: 3, beatAt: expect.any(Number) as unknown });
    const { events } = await run;
    events.rowsAffected(7);
    events.progress('{"done":1}');
    events.progress('{"done":2}');
    expect(await once(env, 'heartbeat')).toMatchObject([
      { progress: { done: 2 }, rowsAffected: 7 },
    ]);
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

  test('says when its error asked for another node', async () => {
    const { end, answer } = attempt();
    end(threw({ elsewhere: true }));
    expect(await failureOf(answer)).toMatchObject({ details: [{ elsewhere: true }] });
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
