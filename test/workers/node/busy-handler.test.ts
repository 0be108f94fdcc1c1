import { CompleteAsyncError } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createNodeActivities } from '../../../dist/activities/node/run-job.js';
import type { Json } from '../../../dist/domain/json.js';
import { openNode } from '../../activities/node/open-node.ts';
import { ThreadExecutor } from '../../../dist/workers/node/thread-executor.js';

const HEARTBEAT_TIMEOUT_MS = 900;
const BUSY_MS = 4_000;

test('an attempt heartbeats within its timeout while its handler never yields', async () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const executor = new ThreadExecutor({
    file: new URL('./fixtures/handlers.mjs', import.meta.url).pathname,
    threads: 1,
    log,
    onStuckThread: () => expect.unreachable('no thread may be stuck'),
  });
  const results: Json[] = [];
  const activities = createNodeActivities({
    node: 'n1',
    incarnation: 'i1',
    pool: 'test',
    kinds: ['busy'],
    executor,
    log,
    ...openNode(),
    complete: (_token, { result }) => {
      results.push(result);
      return Promise.resolve('acknowledged');
    },
    events: { attemptStarted: () => undefined, attemptEnded: () => undefined },
    cancelGraceMs: 5_000,
  });
  const env = new MockActivityEnvironment({
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
    startToCloseTimeoutMs: 60_000,
  });
  const times = [performance.now()];
  env.on('heartbeat', () => times.push(performance.now()));
  const input = { ms: BUSY_MS };
  const dispatch = { job: 'j', generation: 1, epoch: 1, kind: 'busy', pool: 'test', input };
  const run = env.run(() => activities.runJob(dispatch));
  await expect(run).rejects.toBeInstanceOf(CompleteAsyncError);
  expect(results).toEqual(['done']);
  times.push(performance.now());
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(gaps.length).toBeGreaterThanOrEqual(BUSY_MS / HEARTBEAT_TIMEOUT_MS);
  expect(Math.max(...gaps)).toBeLessThan(HEARTBEAT_TIMEOUT_MS);
  await executor.stop();
});
