import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { CuttableLink } from '../../bench/cuttable-link.ts';
import { createLink } from '../../bench/cuttable-link.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

/** How much longer than its bound a failover may take here: a slow machine must not fail a test. */
const SLACK_MS = 20_000;

describe('when a node is lost', () => {
  let fleet: Fleet;
  const links: CuttableLink[] = [];
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(async () => {
    await fleet.stopNodes();
    await Promise.all(links.splice(0).map((link) => link.remove()));
  });
  afterAll(async () => {
    await fleet.stop();
  });

  const held = (from: string, count = 1) =>
    eventually(() => fleet.find('node.lease_held', { from }).length >= count);

  const started = (job: JobHandle<unknown>, node: string, epoch = 1) =>
    fleet.logged('attempt.started', { job: job.id, node, epoch });

  const submitHold = (gate: string, heartbeat: '2s' | '30s') =>
    fleet.client.jobs.submit('hold', fleet.hold(gate), { pool: fleet.pool, heartbeat });

  /** Waits until a beat of the node's lease has named so many attempts. */
  const named = (node: string, count: number) =>
    eventually(async () => (await fleet.client.nodes.get(node)).beat?.running.length === count);

  const stateOf = async (node: string) => (await fleet.client.nodes.get(node)).state;

  async function expectOneFailover(
    job: JobHandle<unknown>,
    from: string,
    to: string,
    why: string,
  ): Promise<void> {
    expect(await job.result()).toEqual({ node: to, epoch: 2 });
    expect(await job.get()).toMatchObject({
      state: 'succeeded',
      failoverCount: 1,
      attempts: [
        { epoch: 1, node: from, outcome: 'lost', reason: why },
        { epoch: 2, node: to, outcome: 'succeeded' },
      ],
    });
    expect(fleet.find('job.closed', { job: job.id })).toHaveLength(1);
  }

  test('all its jobs go on elsewhere when its lease ends, whatever their own heartbeat', async () => {
    const node = await fleet.startNode('a', ['--lease', '2s', '--slots', '4']);
    await held('a');
    const jobs = await Promise.all([1, 2, 3, 4].map(() => submitHold('lease', '30s')));
    await Promise.all(jobs.map((job) => started(job, 'a')));
    await named('a', 4);
    await fleet.startNode('b', ['--lease', '2s', '--slots', '4']);
    await held('b');

    const killedAt = performance.now();
    node.signal('SIGKILL');
    await Promise.all(jobs.map((job) => started(job, 'b', 2)));
    expect(performance.now() - killedAt).toBeLessThan(2_000 + SLACK_MS);
    expect(await fleet.logged('node.left', { node: 'a' })).toMatchObject({
      why: 'lost',
      running: 4,
    });
    expect(await stateOf('a')).toBe('offline');
    await fleet.open('lease');
    for (const job of jobs) await expectOneFailover(job, 'a', 'b', 'node_lost');
  });

  test('a job goes on elsewhere by its own heartbeat when that is shorter than the lease', async () => {
    const node = await fleet.startNode('c', ['--lease', '30s']);
    await held('c');
    const job = await submitHold('heartbeat', '2s');
    await started(job, 'c');
    await fleet.startNode('d', ['--lease', '30s']);
    await held('d');

    const killedAt = performance.now();
    node.signal('SIGKILL');
    await started(job, 'd', 2);
    expect(performance.now() - killedAt).toBeLessThan(2_000 + SLACK_MS);
    expect(fleet.find('node.left', { node: 'c' })).toEqual([]);
    expect(await stateOf('c')).toBe('online');
    await fleet.open('heartbeat');
    await expectOneFailover(job, 'c', 'd', 'heartbeat_timeout');
  });

  test('frozen, it swallows a job per open poll at most, and runs none of them when it wakes', async () => {
    const frozen = await fleet.startNode('e', ['--lease', '2s', '--slots', '4']);
    await held('e');
    const healthy = await fleet.startNode('f', ['--lease', '2s', '--slots', '4']);
    await held('f');
    frozen.signal('SIGSTOP');

    const jobs: JobHandle<unknown>[] = [];
    while (jobs.length < 12) {
      const options = { pool: fleet.pool, heartbeat: '2s' } as const;
      const job = await fleet.client.jobs.submit('mark', { folder: fleet.folder }, options);
      jobs.push(job);
      expect(await job.result()).toMatchObject({ node: 'f' });
    }
    const views = await Promise.all(jobs.map((job) => job.get()));
    const swallowed = views.filter(({ attempts }) => attempts.length > 1);
    // Of its two polls only that of the pool's queue is offered new jobs.
    expect(swallowed.length).toBeLessThanOrEqual(1);
    for (const { attempts } of swallowed) {
      expect(attempts).toMatchObject([
        { epoch: 1, node: 'e', outcome: 'lost' },
        { epoch: 2, node: 'f', outcome: 'succeeded' },
      ]);
    }
    await eventually(async () => (await stateOf('e')) === 'offline');

    frozen.signal('SIGCONT');
    await held('e', 2);
    await eventually(async () => (await stateOf('e')) === 'online');
    const pinned = await fleet.client.jobs.submit(
      'mark',
      { folder: fleet.folder },
      { pool: fleet.pool, pin: { node: 'e' } },
    );
    expect(await pinned.result()).toEqual({ node: 'e', epoch: 1 });
    await healthy.stop();
    const pooled = await fleet.client.jobs.submit(
      'mark',
      { folder: fleet.folder },
      { pool: fleet.pool },
    );
    expect(await pooled.result()).toEqual({ node: 'e', epoch: 1 });

    // By now it has been through all that was waiting for it when it woke.
    const ofFrozen = (await fleet.marks()).filter((mark) => mark.endsWith('-e'));
    expect(ofFrozen).toEqual([`ran-${pinned.id}-1-e`, `ran-${pooled.id}-1-e`].sort());
    const ranThere = fleet.find('attempt.started', { from: 'e' }).map(({ job }) => job);
    expect(ranThere).toEqual([pinned.id, pooled.id]);
  });

  test('cut off, it stops its attempts by itself, and takes new work when it is back', async () => {
    const link = await createLink('g', inject('temporalAddress'));
    links.push(link);
    await fleet.startNode('g', ['--lease', '2s'], link);
    await held('g');
    const job = await submitHold('cut', '30s');
    await started(job, 'g');
    await named('g', 1);
    const other = await fleet.startNode('h', ['--lease', '2s']);
    await held('h');

    await link.cut();
    expect(await fleet.logged('node.fenced', { from: 'g' })).toMatchObject({
      attempts: [{ job: job.id, generation: 1, epoch: 1 }],
    });
    await fleet.logged('attempt.ended', { from: 'g', job: job.id, reason: 'node_fenced' });
    expect(await fleet.marks()).toContain(`stopped-${job.id}-1`);
    await started(job, 'h', 2);
    await link.heal();
    await held('g', 2);
    await fleet.open('cut');

    await expectOneFailover(job, 'g', 'h', 'node_lost');
    await other.stop();
    const next = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool });
    expect(await next.result()).toMatchObject({ node: 'g' });
    expect(fleet.find('attempt.started', { from: 'g' })).toHaveLength(2);
  });
});
