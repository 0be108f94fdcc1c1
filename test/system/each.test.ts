import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job of placement each', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  // The ledger is shared with other files: each test has a pool, and names, of its own.
  const start = async (pool: string, name: string, ...flags: string[]) => {
    const node = await fleet.startNode(name, ['--pool', pool, '--lease', '2s', ...flags]);
    await fleet.logged('node.lease_held', { from: name });
    return node;
  };

  const waiting = (id: string, why: string) =>
    eventually(async () => {
      const { live } = await fleet.client.jobs.get(id);
      return live?.phase === 'waiting' && live.why === why && live;
    });

  test('runs on every node, and tells what became of it on each', async () => {
    for (const name of ['each-a1', 'each-a2', 'each-a3']) await start('each-a', name);
    const job = await fleet.client.jobs.submit('echo', 'all', {
      pool: 'each-a',
      placement: 'each',
    });
    const on = (node: string) => ({
      state: 'succeeded',
      result: { value: 'all', node, epoch: 1 },
    });
    expect(await job.result()).toEqual({
      nodes: { 'each-a1': on('each-a1'), 'each-a2': on('each-a2'), 'each-a3': on('each-a3') },
    });
    expect(await job.get()).toMatchObject({ state: 'succeeded' });
  });

  test('passes over nodes that take no work or lack its labels', async () => {
    await start('each-b', 'each-b1', '--label', 'disk=ssd');
    await start('each-b', 'each-b2', '--label', 'disk=ssd');
    await start('each-b', 'each-b3');
    await fleet.client.nodes.cordon('each-b2', { reason: 'a test' });
    const job = await fleet.client.jobs.submit('echo', 1, {
      pool: 'each-b',
      placement: 'each',
      labels: { disk: 'ssd' },
    });
    const { nodes } = (await job.result()) as { nodes: object };
    expect(Object.keys(nodes)).toEqual(['each-b1']);
  });

  test('succeeds without the node that was killed, and says that it left', async () => {
    for (const name of ['each-c1', 'each-c3']) await start('each-c', name);
    const doomed = await start('each-c', 'each-c2');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('each-c'), {
      pool: 'each-c',
      placement: 'each',
      heartbeat: '3s',
    });
    for (const node of ['each-c1', 'each-c2', 'each-c3']) {
      await fleet.logged('attempt.started', { node });
    }
    expect(await job.get()).toMatchObject({
      live: { phase: 'running', why: 'runs on 3 nodes: each-c1, each-c2, each-c3' },
    });
    doomed.signal('SIGKILL');
    await fleet.logged('node.left', { node: 'each-c2', why: 'lost' });
    await fleet.open('each-c');
    expect(await job.result()).toMatchObject({
      nodes: {
        'each-c1': { state: 'succeeded', result: { node: 'each-c1', epoch: 1 } },
        'each-c2': { state: 'left', error: { code: 'failover_exhausted' } },
        'each-c3': { state: 'succeeded', result: { node: 'each-c3', epoch: 1 } },
      },
    });
  });

  test('fails when its handler fails on one node, after the others are done', async () => {
    for (const name of ['each-d1', 'each-d2']) await start('each-d', name);
    const job = await fleet.client.jobs.submit(
      'fail-on',
      { node: 'each-d2' },
      { pool: 'each-d', placement: 'each' },
    );
    await expect(job.result()).rejects.toMatchObject({
      code: 'each_failed',
      message: expect.stringMatching(
        /it failed on each-d2 \(each-d1: succeeded; each-d2: failed, job_failed: not on each-d2\)/,
      ) as string,
    });
    await fleet.logged('attempt.ended', { node: 'each-d1', outcome: 'succeeded' });
  });

  test('fails when every node left', async () => {
    const only = await start('each-e', 'each-e1');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), {
      pool: 'each-e',
      placement: 'each',
      heartbeat: '3s',
    });
    await fleet.logged('attempt.started', { node: 'each-e1' });
    only.signal('SIGKILL');
    await expect(job.result()).rejects.toMatchObject({
      code: 'each_failed',
      message: expect.stringMatching(/every node left \(each-e1: left, /) as string,
    });
  });

  test('waits for a first node', async () => {
    const job = await fleet.client.jobs.submit('echo', 1, { pool: 'each-f', placement: 'each' });
    await waiting(job.id, 'no node of pool each-f runs kind "echo" now');
    expect((await fleet.client.jobs.pending({ pool: 'each-f' })).jobs).toMatchObject([
      { id: job.id, why: 'no node of pool each-f runs kind "echo" now' },
    ]);
    await start('each-f', 'each-f1');
    expect(await job.result()).toMatchObject({ nodes: { 'each-f1': { state: 'succeeded' } } });
  });

  test('ends on every node when it is cancelled', async () => {
    for (const name of ['each-g1', 'each-g2']) await start('each-g', name);
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), {
      pool: 'each-g',
      placement: 'each',
    });
    for (const node of ['each-g1', 'each-g2']) await fleet.logged('attempt.started', { node });
    await job.cancel();
    await expect(job.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    for (const node of ['each-g1', 'each-g2']) {
      await fleet.logged('attempt.ended', { node, outcome: 'cancelled' });
    }
  });
});
