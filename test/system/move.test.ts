import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that is moved', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  // Each test has pools, and names, of its own.
  const start = async (pool: string, name: string) => {
    const node = await fleet.startNode(name, ['--pool', pool, '--lease', '2s']);
    await fleet.logged('node.lease_held', { from: name });
    return node;
  };

  const inPhase = (job: JobHandle<unknown>, phase: string) =>
    eventually(async () => {
      const { live } = await job.get();
      return live?.phase === phase && live;
    });

  const move = (id: string, to: { node: string } | { pool: string }) =>
    fleet.client.jobs.move(id, to);

  test('runs in another pool when its own has no node', async () => {
    await start('move-a2', 'move-a');
    const job = await fleet.client.jobs.submit('echo', 1, { pool: 'move-a1' });
    expect(await inPhase(job, 'queued')).toMatchObject({
      waitsFor: 'pool',
      why: expect.stringContaining('no node of pool move-a1 asks for work') as string,
    });
    await move(job.id, { pool: 'move-a2' });
    expect(await job.result()).toMatchObject({ node: 'move-a', epoch: 1 });
    expect(await job.get()).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });

  test('says which pool it waits for now', async () => {
    const job = await fleet.client.jobs.submit('echo', 1, { pool: 'move-b1' });
    await inPhase(job, 'queued');
    await move(job.id, { pool: 'move-b2' });
    await eventually(async () => {
      const { live } = await job.get();
      return live?.phase === 'queued' && live.why.includes('no node of pool move-b2 asks for work');
    });
    await start('move-b2', 'move-b');
    expect(await job.result()).toMatchObject({ node: 'move-b' });
  });

  test('runs on a node that it is pinned to, or waits for it', async () => {
    await start('move-c2', 'move-c');
    const [here, later] = await Promise.all([
      fleet.client.jobs.submit('echo', 1, { pool: 'move-c1' }),
      fleet.client.jobs.submit('echo', 2, { pool: 'move-c1' }),
    ]);
    await Promise.all([here, later].map((job) => inPhase(job, 'queued')));
    await move(here.id, { node: 'move-c' });
    expect(await here.result()).toMatchObject({ node: 'move-c', epoch: 1 });
    await move(later.id, { node: 'move-c-next' });
    expect(await inPhase(later, 'waiting')).toMatchObject({
      waitsFor: 'node',
      node: 'move-c-next',
      why: 'no node move-c-next is registered',
    });
    await start('move-c2', 'move-c-next');
    expect(await later.result()).toMatchObject({ node: 'move-c-next', epoch: 1 });
  });

  test('runs in the pool when it was pinned to a node that is offline', async () => {
    const gone = await start('move-d', 'move-d1');
    gone.signal('SIGKILL');
    await fleet.logged('node.left', { node: 'move-d1', why: 'lost' });
    await start('move-d', 'move-d2');
    const job = await fleet.client.jobs.submit('echo', 1, {
      pool: 'move-d',
      pin: { node: 'move-d1' },
    });
    await inPhase(job, 'waiting');
    await move(job.id, { pool: 'move-d' });
    expect(await job.result()).toMatchObject({ node: 'move-d2', epoch: 1 });
  });

  test('is refused while it runs, and when it has ended', async () => {
    await start('move-e', 'move-e1');
    const job = await fleet.client.jobs.submit('hold', fleet.hold('move-e'), { pool: 'move-e' });
    await fleet.logged('attempt.started', { job: job.id });
    for (const to of [{ pool: 'move-e2' }, { node: 'move-e2' }]) {
      await expect(move(job.id, to)).rejects.toMatchObject({
        code: 'job_running',
        message: `job ${job.id} runs on node move-e1 now`,
      });
    }
    await fleet.open('move-e');
    expect(await job.result()).toEqual({ node: 'move-e1', epoch: 1 });
    await expect(move(job.id, { pool: 'move-e2' })).rejects.toMatchObject({ code: 'job_closed' });
    await expect(move('never-there', { pool: 'move-e2' })).rejects.toMatchObject({
      code: 'job_not_found',
    });
  });
});
