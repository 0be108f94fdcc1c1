import type { JobHandle, PinOptions } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that is pinned to a node which is not there', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  // The ledger is shared with other files: each test has a pool, and names, of its own.
  const start = (pool: string, name: string) =>
    fleet.startNode(name, ['--pool', pool, '--lease', '2s']);

  const held = (from: string, count = 1) =>
    eventually(() => fleet.find('node.lease_held', { from }).length >= count);

  const waitsWith = (job: JobHandle<unknown>, why: string) =>
    eventually(async () => {
      const { live } = await job.get();
      return live?.phase === 'waiting' && live.why === why && live;
    });

  /** A node that has registered and was killed. */
  const lost = async (pool: string, name: string) => {
    const node = await start(pool, name);
    await held(name);
    node.signal('SIGKILL');
    await fleet.logged('node.left', { node: name, why: 'lost' });
  };

  const submit = (pool: string, pin: PinOptions) =>
    fleet.client.jobs.submit('echo', 1, { pool, pin });

  test('waits for it, says so, and runs there when it is back', async () => {
    await lost('pin-a', 'pin-a1');
    await start('pin-a', 'pin-a2');
    await held('pin-a2');
    const job = await submit('pin-a', { node: 'pin-a1' });
    expect(job.warnings).toEqual([]);
    const live = await waitsWith(job, 'node pin-a1 is offline');
    expect(live).toMatchObject({ waitsFor: 'node', node: 'pin-a1', until: undefined });
    const { jobs } = await fleet.client.jobs.pending({ pool: 'pin-a' });
    expect(jobs).toMatchObject([{ id: job.id, waitsFor: 'node', node: 'pin-a1' }]);
    expect((await fleet.client.jobs.explain(job.id)).wait).toMatchObject({
      waitsFor: 'node',
      why: 'node pin-a1 is offline',
    });

    await start('pin-a', 'pin-a1');
    expect(await job.result()).toMatchObject({ node: 'pin-a1', epoch: 1 });
    expect(await job.get()).toMatchObject({ state: 'succeeded', attemptCount: 1 });
    expect(fleet.find('attempt.started', { job: job.id, node: 'pin-a2' })).toEqual([]);
    expect((await fleet.client.jobs.pending({ pool: 'pin-a' })).jobs).toEqual([]);
  });

  test('waits also through another loss of its node', async () => {
    await lost('pin-b', 'pin-b1');
    const job = await submit('pin-b', { node: 'pin-b1' });
    await waitsWith(job, 'node pin-b1 is offline');
    const back = await start('pin-b', 'pin-b1');
    expect(await job.result()).toMatchObject({ node: 'pin-b1' });
    const hold = await fleet.client.jobs.submit('hold', fleet.hold('pin-b'), {
      pool: 'pin-b',
      pin: { node: 'pin-b1' },
    });
    await fleet.logged('attempt.started', { job: hold.id, node: 'pin-b1', epoch: 1 });
    back.signal('SIGKILL');
    await waitsWith(hold, 'node pin-b1 is offline');
    await start('pin-b', 'pin-b1');
    await fleet.logged('attempt.started', { job: hold.id, node: 'pin-b1', epoch: 2 });
    await fleet.open('pin-b');
    expect(await hold.result()).toEqual({ node: 'pin-b1', epoch: 2 });
    expect(await hold.get()).toMatchObject({ attemptCount: 2, failoverCount: 1 });
  });

  test('falls back to its pool when it has waited long enough', async () => {
    await lost('pin-c', 'pin-c1');
    await start('pin-c', 'pin-c2');
    await held('pin-c2');
    const job = await submit('pin-c', { node: 'pin-c1', onOffline: 'fallback', after: '1s' });
    const { live } = await eventually(async () => {
      const view = await job.get();
      return (view.live?.phase === 'waiting' || view.state !== 'open') && view;
    });
    expect(live?.until?.getTime()).toBe((live?.since?.getTime() ?? 0) + 1_000);
    expect(await job.result()).toMatchObject({ node: 'pin-c2', epoch: 1 });
    const { openedAt, closedAt } = await job.get();
    expect(closedAt!.getTime() - openedAt.getTime()).toBeGreaterThanOrEqual(1_000);
    expect(closedAt!.getTime() - openedAt.getTime()).toBeLessThan(10_000);
  });

  test('falls back to the queue of its pool when that has no node either', async () => {
    await lost('pin-d', 'pin-d1');
    const job = await submit('pin-d', { node: 'pin-d1', onOffline: 'fallback' });
    await eventually(async () => (await job.get()).live?.phase === 'queued');
    expect((await job.get()).live).toMatchObject({ waitsFor: expect.any(String) as string });
    await start('pin-d', 'pin-d2');
    expect(await job.result()).toMatchObject({ node: 'pin-d2' });
  });

  test('fails with node_offline, at once or after its time', async () => {
    await lost('pin-e', 'pin-e1');
    const [now, later] = await Promise.all([
      submit('pin-e', { node: 'pin-e1', onOffline: 'fail' }),
      submit('pin-e', { node: 'pin-e1', onOffline: 'fail', after: '1s' }),
    ]);
    for (const job of [now, later]) {
      await expect(job.result()).rejects.toMatchObject({
        code: 'node_offline',
        message: expect.stringContaining('node pin-e1 is offline') as string,
      });
      expect(await job.get()).toMatchObject({ state: 'failed', attemptCount: 0, attempts: [] });
    }
  });

  test('does not fail when its node is back in time', async () => {
    await lost('pin-f', 'pin-f1');
    const job = await submit('pin-f', { node: 'pin-f1', onOffline: 'fail', after: '60s' });
    await waitsWith(job, 'node pin-f1 is offline');
    await start('pin-f', 'pin-f1');
    expect(await job.result()).toMatchObject({ node: 'pin-f1' });
  });

  test('goes on by its policy when its node is forgotten', async () => {
    await lost('pin-g', 'pin-g1');
    await start('pin-g', 'pin-g2');
    await held('pin-g2');
    const [waits, falls, fails] = await Promise.all([
      submit('pin-g', { node: 'pin-g1' }),
      submit('pin-g', { node: 'pin-g1', onOffline: 'fallback', after: '5s' }),
      submit('pin-g', { node: 'pin-g1', onOffline: 'fail', after: '5s' }),
    ]);
    await Promise.all([waits, falls, fails].map((job) => waitsWith(job, 'node pin-g1 is offline')));
    await fleet.client.nodes.forget('pin-g1', { reason: 'sold' });
    await expect(fleet.client.nodes.get('pin-g1')).rejects.toMatchObject({
      code: 'node_not_found',
    });
    await waitsWith(waits, 'no node pin-g1 is registered');
    await expect(fails.result()).rejects.toMatchObject({
      code: 'node_offline',
      message: expect.stringContaining('no node pin-g1 is registered') as string,
    });
    expect(await falls.result()).toMatchObject({ node: 'pin-g2' });
    await start('pin-g', 'pin-g1');
    expect(await waits.result()).toMatchObject({ node: 'pin-g1' });
  });

  test('is told of when no such node is registered, and runs when one is', async () => {
    await start('pin-h', 'pin-h1');
    await held('pin-h1');
    const job = await submit('pin-h', { node: 'pin-hh1' });
    expect(job.warnings).toEqual(['no node pin-hh1 is registered; did you mean pin-h1?']);
    await waitsWith(job, 'no node pin-hh1 is registered');
    await start('pin-h', 'pin-hh1');
    expect(await job.result()).toMatchObject({ node: 'pin-hh1', epoch: 1 });
  });
});
