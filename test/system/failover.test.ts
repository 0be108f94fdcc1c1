import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';

describe('a job whose attempt is lost', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  test('runs again on another node when its node is killed', async () => {
    const first = await fleet.startNode('a');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('kill'), {
      pool: fleet.pool,
      heartbeat: '2s',
    });
    await fleet.logged('attempt.started', { job: job.id, epoch: 1, node: 'a' });
    await fleet.startNode('b');
    first.signal('SIGKILL');
    await fleet.logged('attempt.started', { job: job.id, epoch: 2, node: 'b' });
    await fleet.open('kill');

    expect(await job.result()).toEqual({ node: 'b', epoch: 2 });
    const view = await job.get();
    expect(view).toMatchObject({ state: 'succeeded', attemptCount: 2, failoverCount: 1 });
    expect(view.attempts).toMatchObject([
      { epoch: 1, node: 'a', outcome: 'lost', reason: 'heartbeat_timeout' },
      { epoch: 2, node: 'b', outcome: 'succeeded' },
    ]);
    expect(await fleet.logged('job.timed_out', { job: job.id })).toMatchObject({
      epoch: 1,
      node: 'a',
      why: 'heartbeat_timeout',
    });
    expect(await fleet.logged('job.failover_dispatched', { job: job.id })).toMatchObject({
      epoch: 2,
      fromNode: 'a',
      toQueue: expect.stringMatching(/^node\/b\//) as string,
      why: 'heartbeat_timeout',
    });
  });

  test('is told to stop on its old node when it runs over time, and goes on elsewhere', async () => {
    await fleet.startNode('c', ['--slots', '2']);
    const job = await fleet.client.jobs.submit('hold-first', fleet.hold('never'), {
      pool: fleet.pool,
      timeout: '2s',
      failover: { maxAttempts: 1 },
    });
    expect(await job.result()).toEqual({ epoch: 2 });
    expect(await fleet.marks()).toContain(`stopped-${job.id}-1`);
    expect(await job.get()).toMatchObject({
      failoverCount: 1,
      attempts: [
        { epoch: 1, outcome: 'lost', reason: 'attempt_timeout' },
        { epoch: 2, outcome: 'succeeded' },
      ],
    });
  });

  test('is not dispatched again when it is cancelled meanwhile', async () => {
    const node = await fleet.startNode('h');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), {
      pool: fleet.pool,
      heartbeat: '3s',
    });
    await fleet.logged('attempt.started', { job: job.id });
    node.signal('SIGKILL');
    await node.ended();
    await job.cancel();
    await expect(job.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await job.get()).toMatchObject({ state: 'cancelled', attemptCount: 1 });
    await fleet.logged('job.closed', { job: job.id, state: 'cancelled' });
    expect(fleet.find('job.failover_dispatched', { job: job.id })).toEqual([]);
  });

  test('fails with failover_exhausted when it is lost too often', async () => {
    await fleet.startNode('d');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), {
      pool: fleet.pool,
      timeout: '500ms',
      failover: { maxAttempts: 1 },
    });
    await expect(job.result()).rejects.toMatchObject({ code: 'failover_exhausted' });
    const view = await job.get();
    expect(view).toMatchObject({ state: 'failed', attemptCount: 2, failoverCount: 1 });
  });

  test('is handed back uncounted and at once when its node is asked to stop', async () => {
    const first = await fleet.startNode('e', ['--shutdown-grace', '500ms']);
    const job = await fleet.client.jobs.submit('hold', fleet.hold('drain'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id, node: 'e' });
    await fleet.startNode('f');
    await first.stop();
    await fleet.logged('attempt.started', { job: job.id, epoch: 2, node: 'f' });
    await fleet.open('drain');

    expect(await job.result()).toEqual({ node: 'f', epoch: 2 });
    expect(await job.get()).toMatchObject({
      failoverCount: 0,
      attempts: [
        { epoch: 1, node: 'e', outcome: 'handed_back' },
        { epoch: 2, node: 'f' },
      ],
    });
    expect(first.exitCode).toBe(0);
  });

  test('finishes on a stopping node when the grace allows', async () => {
    const node = await fleet.startNode('g', ['--shutdown-grace', '60s']);
    const job = await fleet.client.jobs.submit('hold', fleet.hold('grace'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id, node: 'g' });
    node.signal('SIGTERM');
    await fleet.logged('node.stopping', { from: 'g' });
    await fleet.open('grace');
    expect(await job.result()).toEqual({ node: 'g', epoch: 1 });
    await node.ended();
  });
});
