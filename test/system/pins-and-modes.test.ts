import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that is pinned to a node which takes no new work', () => {
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
    await fleet.startNode(name, ['--pool', pool, '--lease', '2s', ...flags]);
    await fleet.logged('node.lease_held', { from: name });
  };

  const phaseOf = (job: JobHandle<unknown>, phase: string, why: string) =>
    eventually(async () => {
      const { live } = await job.get();
      return live?.phase === phase && live.why === why && live;
    });

  const hold = (
    pool: string,
    gate: string,
    node?: string,
    onOffline: 'wait' | 'fallback' = 'wait',
  ) =>
    fleet.client.jobs.submit('hold', fleet.hold(gate), {
      pool,
      ...(node === undefined ? {} : { pin: { node, onOffline } }),
    });

  const onlyAttempt = async (job: JobHandle<unknown>) => {
    const { attempts, attemptCount, failoverCount } = await job.get();
    expect({ attemptCount, failoverCount }).toEqual({ attemptCount: 1, failoverCount: 0 });
    expect(attempts).toHaveLength(1);
    return attempts[0];
  };

  test('follows its policy while it is cordoned, and runs when it is enabled', async () => {
    await start('mode-a', 'mode-a1');
    await start('mode-a', 'mode-a2');
    await fleet.client.nodes.cordon('mode-a1', { reason: 'driver update' });
    const pin = { node: 'mode-a1' };
    const echo = (onOffline: 'wait' | 'fallback' | 'fail') =>
      fleet.client.jobs.submit('echo', 1, { pool: 'mode-a', pin: { ...pin, onOffline } });
    const [waits, falls, fails] = await Promise.all([echo('wait'), echo('fallback'), echo('fail')]);
    await expect(fails.result()).rejects.toMatchObject({
      code: 'node_offline',
      message: expect.stringContaining('node mode-a1 is cordoned') as string,
    });
    expect(await falls.result()).toMatchObject({ node: 'mode-a2' });
    expect(await phaseOf(waits, 'waiting', 'node mode-a1 is cordoned')).toMatchObject({
      waitsFor: 'node',
      node: 'mode-a1',
    });
    await fleet.client.nodes.enable('mode-a1');
    expect(await waits.result()).toMatchObject({ node: 'mode-a1', epoch: 1 });
    expect(await onlyAttempt(waits)).toMatchObject({ node: 'mode-a1', outcome: 'succeeded' });
  });

  test('runs when its slot becomes free, and says until then that it waits for it', async () => {
    await start('mode-b', 'mode-b1', '--slots', '1');
    const first = await hold('mode-b', 'mode-b-first', 'mode-b1');
    await fleet.logged('attempt.started', { job: first.id });
    const next = await hold('mode-b', 'mode-b-next', 'mode-b1');
    await phaseOf(next, 'queued', 'all 1 slots of node mode-b1 are in use');
    await fleet.open('mode-b-first');
    await fleet.open('mode-b-next');
    expect(await next.result()).toEqual({ node: 'mode-b1', epoch: 1 });
    await onlyAttempt(next);
  });

  test('is called back from its queue, uncounted, when it is cordoned', async () => {
    await start('mode-c', 'mode-c1', '--slots', '1');
    await start('mode-c', 'mode-c2', '--slots', '2');
    const running = await hold('mode-c', 'mode-c', 'mode-c1');
    await fleet.logged('attempt.started', { job: running.id, node: 'mode-c1' });
    const waits = await hold('mode-c', 'mode-c', 'mode-c1');
    const falls = await hold('mode-c', 'mode-c', 'mode-c1', 'fallback');
    const full = 'all 1 slots of node mode-c1 are in use';
    await Promise.all([waits, falls].map((job) => phaseOf(job, 'queued', full)));
    await fleet.client.nodes.cordon('mode-c1', { reason: 'a look inside' });
    await phaseOf(waits, 'waiting', 'node mode-c1 is cordoned');
    await fleet.logged('attempt.started', { job: falls.id, node: 'mode-c2', epoch: 1 });
    await fleet.open('mode-c');
    expect(await running.result()).toEqual({ node: 'mode-c1', epoch: 1 });
    expect(await falls.result()).toEqual({ node: 'mode-c2', epoch: 1 });
    await fleet.client.nodes.enable('mode-c1');
    expect(await waits.result()).toEqual({ node: 'mode-c1', epoch: 1 });
    for (const job of [running, falls, waits]) await onlyAttempt(job);
  });

  test('is called back when it drains; what runs ends there or is handed back', async () => {
    await start('mode-d', 'mode-d1', '--slots', '2');
    const finishes = await hold('mode-d', 'mode-d-soon');
    const stays = await hold('mode-d', 'mode-d-late');
    for (const { id } of [finishes, stays]) await fleet.logged('attempt.started', { job: id });
    const waits = await hold('mode-d', 'mode-d-late', 'mode-d1');
    const falls = await hold('mode-d', 'mode-d-late', 'mode-d1', 'fallback');
    const full = 'all 2 slots of node mode-d1 are in use';
    await Promise.all([waits, falls].map((job) => phaseOf(job, 'queued', full)));
    await start('mode-d', 'mode-d2', '--slots', '4');

    const drained = fleet.client.nodes.drain('mode-d1', {
      reason: 'new disks',
      deadline: '4s',
      wait: true,
    });
    await phaseOf(waits, 'waiting', 'node mode-d1 is draining');
    await fleet.logged('attempt.started', { job: falls.id, node: 'mode-d2', epoch: 1 });
    await fleet.open('mode-d-soon');
    expect(await finishes.result()).toEqual({ node: 'mode-d1', epoch: 1 });
    expect(await drained).toMatchObject({
      node: 'mode-d1',
      ended: 'drained',
      finished: 1,
      handedBack: [{ job: stays.id, generation: 1, epoch: 1 }],
      lost: [],
    });
    await fleet.logged('attempt.started', { job: stays.id, node: 'mode-d2', epoch: 2 });
    await fleet.open('mode-d-late');
    expect(await stays.result()).toEqual({ node: 'mode-d2', epoch: 2 });
    expect(await stays.get()).toMatchObject({
      failoverCount: 0,
      attempts: [
        { epoch: 1, node: 'mode-d1', outcome: 'handed_back' },
        { epoch: 2, node: 'mode-d2', outcome: 'succeeded' },
      ],
    });
    expect(await falls.result()).toEqual({ node: 'mode-d2', epoch: 1 });
    await onlyAttempt(falls);
    expect((await waits.get()).live?.why).toBe('node mode-d1 is draining');
    await fleet.client.nodes.enable('mode-d1');
    expect(await waits.result()).toEqual({ node: 'mode-d1', epoch: 1 });
    await onlyAttempt(waits);
  });
});
