import { once } from 'node:events';
import { CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { attempt, failureOf, threw } from './played-attempt.ts';

describe('an attempt whose job is cancelled', () => {
  test('tells its handler, and counts as cancelled when the handler throws', async () => {
    const { env, run, end, answer, lines } = attempt();
    const { stop } = await run;
    env.cancel('CANCELLED');
    expect(stop.reason).toMatchObject({ name: 'AbortError', message: 'the job was cancelled' });
    end(threw());
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
    expect(lines).toMatchObject([{ fields: { outcome: 'cancelled' } }]);
  });

  test('still reports a result that its handler returns', async () => {
    const { env, run, end, answer } = attempt();
    await run;
    env.cancel('CANCELLED');
    end({ kind: 'returned', result: 'done' });
    expect(await answer).toMatchObject({ result: 'done' });
  });

  test('is killed after the grace when its handler goes on', async () => {
    const { env, run, end, answer } = attempt({ cancelGraceMs: 40 });
    const { kill } = await run;
    const cancelledAt = performance.now();
    env.cancel('CANCELLED');
    await once(kill, 'abort');
    expect(performance.now() - cancelledAt).toBeGreaterThan(35);
    end({ kind: 'terminated' });
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
  });
});

describe('an attempt on a node that stops', () => {
  test.each([threw(), { kind: 'terminated' } as const])('is handed back (%o)', async (ended) => {
    const { env, run, end, answer, lines } = attempt();
    const { stop } = await run;
    env.cancel('WORKER_SHUTDOWN');
    expect(stop.reason).toMatchObject({ message: 'the node is stopping' });
    end(ended);
    expect(await failureOf(answer)).toMatchObject({ type: 'handed_back', nonRetryable: false });
    expect(lines).toMatchObject([{ fields: { outcome: 'handed_back' } }]);
  });

  test('is killed soon, however long the cancel grace', async () => {
    const { env, run } = attempt({ cancelGraceMs: 600_000 });
    const { kill } = await run;
    env.cancel('WORKER_SHUTDOWN');
    await once(kill, 'abort');
  });
});

describe('an attempt that runs over its time', () => {
  test('is stopped by the clock of its node, and is reported lost', async () => {
    const { run, end, answer, lines } = attempt({ startToCloseTimeoutMs: 50 });
    const { stop } = await run;
    await once(stop, 'abort');
    expect(stop.reason).toMatchObject({ message: 'the attempt ran over its timeout' });
    end(threw());
    expect(await failureOf(answer)).toMatchObject({ type: 'attempt_timed_out' });
    expect(lines).toMatchObject([{ fields: { outcome: 'lost', reason: 'attempt_timeout' } }]);
  });

  test('is stopped when the server says that it is no longer ours', async () => {
    const { env, run, end, answer } = attempt();
    const { stop } = await run;
    env.cancel('NOT_FOUND');
    expect((stop.reason as Error).message).toContain('no longer ours');
    end(threw());
    await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
  });

  test('is not stopped at once when its time is longer than a timer can be', async () => {
    const { env, run } = attempt({ startToCloseTimeoutMs: 2 ** 31 });
    await once(env, 'heartbeat');
    expect((await run).stop.aborted).toBe(false);
  });
});
