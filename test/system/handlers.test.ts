import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a handler on a node', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await fleet.startNode('a', ['--slots', '4', '--cancel-grace', '500ms']);
  });
  afterAll(() => fleet.stop());

  test('is not failed over while it holds its thread longer than the heartbeat timeout', async () => {
    const job = await fleet.client.jobs.submit(
      'busy',
      { ms: 6_000 },
      { pool: fleet.pool, heartbeat: '2s' },
    );
    expect(await job.result()).toEqual({ turned: true });
    expect(await job.get()).toMatchObject({ attemptCount: 1, failoverCount: 0 });
  });

  test('is retried after a failure, counted apart from failovers', async () => {
    const job = await fleet.client.jobs.submit('flaky', { failures: 2 }, { pool: fleet.pool });
    expect(await job.result()).toEqual({ epoch: 3 });
    expect(await job.get()).toMatchObject({
      failoverCount: 0,
      attempts: [
        { outcome: 'failed', reason: 'job_failed: failure 1' },
        { outcome: 'failed' },
        { outcome: 'succeeded' },
      ],
    });
  });

  test('fails its job when its retries are used up', async () => {
    const job = await fleet.client.jobs.submit(
      'flaky',
      { failures: 9 },
      {
        pool: fleet.pool,
        retry: { maxAttempts: 2, backoff: ['10ms', '10ms'] },
      },
    );
    await expect(job.result()).rejects.toMatchObject({
      code: 'job_failed',
      message: expect.stringContaining('failure 2') as string,
      details: { name: 'RangeError' },
    });
  });

  test('fails its job at once by an error class that is named non-retryable', async () => {
    const job = await fleet.client.jobs.submit(
      'flaky',
      { failures: 9 },
      {
        pool: fleet.pool,
        retry: { nonRetryable: ['RangeError'] },
      },
    );
    await expect(job.result()).rejects.toMatchObject({ code: 'job_failed' });
    expect((await job.get()).attemptCount).toBe(1);
  });

  test('fails its job at once by a NonRetryableError', async () => {
    const job = await fleet.client.jobs.submit('fatal', null, { pool: fleet.pool });
    await expect(job.result()).rejects.toMatchObject({ code: 'job_failed' });
    expect((await job.get()).attemptCount).toBe(1);
  });

  test.each([
    ['bigint', 'result_not_serialisable'],
    ['too much', 'result_too_large'],
  ])('whose result is %s fails its job with %s, without a retry', async (what, code) => {
    const job = await fleet.client.jobs.submit('unreturnable', { what }, { pool: fleet.pool });
    await expect(job.result()).rejects.toMatchObject({ code });
    expect((await job.get()).attemptCount).toBe(1);
  });

  test('has its input checked again on the node', async () => {
    const job = await fleet.client.jobs.submit('flaky', { failures: 'x' }, { pool: fleet.pool });
    await expect(job.result()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('failures') as string,
    });
  });

  test('is told when its job is cancelled', async () => {
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id });
    expect(await job.cancel()).toMatchObject({ requested: true });
    await expect(job.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await fleet.marks()).toContain(`stopped-${job.id}-1`);
    expect(await job.get()).toMatchObject({
      state: 'cancelled',
      attempts: [{ epoch: 1, node: 'a', outcome: 'cancelled' }],
    });
    expect(await job.cancel()).toEqual({ requested: false, state: 'cancelled' });
  });

  test('that ignores its cancellation is terminated, and the node goes on', async () => {
    const job = await fleet.client.jobs.submit('stubborn', fleet.hold('never'), {
      pool: fleet.pool,
    });
    await fleet.logged('attempt.started', { job: job.id });
    await job.cancel();
    await expect(job.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    const next = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool });
    expect(await next.result()).toMatchObject({ value: 1 });
  });

  test('of a kind that the node lacks leaves its job waiting, with the reason', async () => {
    const job = await fleet.client.jobs.submit('unheard-of', null, { pool: fleet.pool });
    const { live } = await eventually(async () => {
      const view = await job.get();
      return view.live?.phase === 'waiting' && view;
    });
    expect(live?.why).toMatch(/does not run kind "unheard-of"/);
    await job.cancel();
    await expect(job.result()).rejects.toMatchObject({ code: 'job_cancelled' });
  });
});

test('a job of a pool without nodes waits and says so, and runs when a node comes', async () => {
  const fleet = await Fleet.start({
    temporalAddress: inject('temporalAddress'),
  });
  try {
    const job = await fleet.client.jobs.submit('echo', 7, { pool: fleet.pool });
    const { live } = await eventually(async () => {
      const view = await job.get();
      return view.live?.phase === 'queued' && view;
    });
    expect(live?.why).toContain(`no node of pool ${fleet.pool} asks for work`);
    await fleet.startNode('late');
    expect(await job.result()).toMatchObject({ value: 7, node: 'late' });
  } finally {
    await fleet.stop();
  }
});
