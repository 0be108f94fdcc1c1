import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { RunningAttempts } from '../../../dist/activities/node/running-attempts.js';
import type { CompletionAnswer } from '../../../dist/activities/node/complete-attempt.js';
import { deferred } from './deferred.ts';
import { attempt, DISPATCH, threw } from './played-attempt.ts';

const LATE = {
  workflowId: 'test',
  late: {
    job: 'utt-42',
    generation: 1,
    epoch: 3,
    node: 'gpu-1',
    token: 't-1',
    result: 'text',
    startedAt: expect.any(Number) as unknown,
  },
};

const unasked = () => expect.unreachable('it is known that the server does not take it');
const dispatch = { ...DISPATCH, resultToken: 't-1' };

describe('the result of an attempt', () => {
  test('is brought with the token of its task, and is none of the late ones', async () => {
    const tokens: Uint8Array[] = [];
    const { end, answer, late, env } = attempt({
      complete: (token) => {
        tokens.push(token);
        return Promise.resolve('acknowledged');
      },
    });
    end({ kind: 'returned', result: 'text' });
    await answer;
    expect(tokens).toEqual([env.context.info.taskToken]);
    expect(late).toEqual([]);
  });

  test('is kept for its workflow when the server does not take it', async () => {
    const { end, answer, late, lines } = attempt({
      dispatch,
      complete: () => Promise.resolve('gone'),
    });
    end({ kind: 'returned', result: 'text' });
    await answer;
    expect(late).toEqual([LATE]);
    expect(lines).toMatchObject([
      { message: 'attempt.ended', fields: { outcome: 'late', reason: 'gone' } },
    ]);
  });

  test('is kept when nobody says that the server has it', async () => {
    const withinMs: number[] = [];
    const { end, answer, late, lines } = attempt({
      dispatch,
      complete: (_token, _report, ms) => {
        withinMs.push(ms);
        return Promise.reject(new Error('no answer'));
      },
    });
    end({ kind: 'returned', result: 'text' });
    await answer;
    expect(withinMs).toEqual([3_000]);
    expect(late).toEqual([LATE]);
    expect(lines).toMatchObject([{ fields: { outcome: 'late', reason: 'no_answer' } }]);
  });

  test.each(['NOT_FOUND', 'TIMED_OUT'] as const)(
    'is late when its attempt was said to be %s',
    async (reason) => {
      const { env, run, end, answer, late, lines } = attempt({ dispatch, complete: unasked });
      await run;
      env.cancel(reason);
      end({ kind: 'returned', result: 'text' });
      await answer;
      expect(late).toEqual([LATE]);
      expect(lines).toMatchObject([{ fields: { outcome: 'late', reason: 'not_ours' } }]);
    },
  );

  test.each(['over_time', 'node_fenced'] as const)('is late after %s', async (cause) => {
    const running = new RunningAttempts();
    const { run, end, answer, late } = attempt({ dispatch, running, complete: unasked });
    await run;
    running.haltAll(cause);
    end({ kind: 'returned', result: 'text' });
    await answer;
    expect(late).toEqual([LATE]);
  });

  test.each(['cancelled', 'node_stopping', 'node_drained'] as const)(
    'counts after %s',
    async (cause) => {
      const running = new RunningAttempts();
      const { run, end, answer, late, lines } = attempt({ running });
      await run;
      running.haltAll(cause);
      end({ kind: 'returned', result: 'text' });
      expect(await answer).toMatchObject({ result: 'text' });
      expect(late).toEqual([]);
      expect(lines).toMatchObject([{ fields: { outcome: 'succeeded' } }]);
      expect(running.handedBack).toEqual([]);
    },
  );

  test('is not asked about when there is none', async () => {
    const { env, run, end, answer, late } = attempt({ complete: unasked });
    await run;
    env.cancel('NOT_FOUND');
    end(threw());
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
    expect(late).toEqual([]);
  });
});

describe('until the server has answered', () => {
  test('an attempt has its slot and its heartbeats, and a heartbeat that is not answered well changes nothing', async () => {
    const running = new RunningAttempts();
    const asked = deferred<void>();
    const answered = deferred<CompletionAnswer>();
    const left: string[] = [];
    const played = attempt({
      running,
      gate: {
        whyClosed: () => undefined,
        enter: () => Promise.resolve(() => void left.push('left')),
      },
      complete: () => {
        asked.resolve();
        return answered.promise;
      },
    });
    played.end({ kind: 'returned', result: 'text' });
    await asked.promise;
    const beaten = deferred<void>();
    played.env.on('heartbeat', () => beaten.resolve());
    await beaten.promise;
    expect(running.count).toBe(1);
    played.env.cancel('NOT_FOUND');
    expect(left).toEqual([]);
    answered.resolve('acknowledged');
    await played.answer;
    expect({ left, late: played.late, count: running.count }).toEqual({
      left: ['left'],
      late: [],
      count: 0,
    });
    expect(played.lines).toMatchObject([{ fields: { outcome: 'succeeded' } }]);
  });

  test('an attempt that is late has its slot until its result is kept', async () => {
    const running = new RunningAttempts();
    const asked = deferred<void>();
    const kept = deferred<void>();
    const { end, answer } = attempt({
      running,
      complete: () => Promise.resolve('gone'),
      keepLate: () => {
        asked.resolve();
        return kept.promise;
      },
    });
    end({ kind: 'returned', result: 'text' });
    await asked.promise;
    expect(running.count).toBe(1);
    kept.resolve();
    await answer;
    expect(running.count).toBe(0);
  });
});
