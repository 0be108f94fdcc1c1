import type { JobHandle, SubmitOptions } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

/** The ways in which a job may wait that no node takes; `name` is a node of its pool. */
const WAYS: readonly (readonly [string, (name: string) => SubmitOptions])[] = [
  ['on the queue of its pool', () => ({})],
  ['for the node of its pin', (node) => ({ pin: { node } })],
  ['for its labels', (node) => ({ labels: { name: node } })],
  ['for a first node of placement each', () => ({ placement: 'each' })],
];

describe('a job that waits for a node', () => {
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
    const all = ['--pool', pool, '--lease', '2s', '--label', `name=${name}`, ...flags];
    await fleet.startNode(name, all);
    await fleet.logged('node.lease_held', { from: name });
  };

  const echo = (pool: string, options: SubmitOptions): Promise<JobHandle<unknown>> =>
    fleet.client.jobs.submit('echo', 1, { pool, ...options });

  test.each(WAYS.map((way, at) => [...way, at] as const))(
    '%s is told of when it waits for too long, and runs all the same',
    async (_way, options, at) => {
      const pool = `pending-a${at}`;
      const node = `${pool}-1`;
      const job = await echo(pool, { ...options(node), pending: { alarmAfter: '1s' } });
      const line = await fleet.logged('job.pending_too_long', { job: job.id });
      expect(line).toMatchObject({ kind: 'echo', pool, why: expect.any(String) as string });
      expect(line['waitedMs']).toBeGreaterThanOrEqual(1_000);
      expect(line['waitedMs']).toBeLessThan(10_000);
      await fleet.logged('alert.raised', { alert: 'job_pending' });
      expect(await job.get()).toMatchObject({ state: 'open' });
      await start(pool, node);
      expect(JSON.stringify(await job.result())).toContain(`"node":"${node}"`);
    },
  );

  test.each(WAYS.map((way, at) => [...way, at] as const))(
    '%s fails when its patience ends',
    async (_way, options, at) => {
      const pool = `pending-b${at}`;
      const job = await echo(pool, { ...options(`${pool}-1`), pending: { failAfter: '2s' } });
      await expect(job.result()).rejects.toMatchObject({
        code: 'pending_timeout',
        message: expect.stringContaining('no node took it within 2 s') as string,
      });
      const { state, attempts, openedAt, closedAt } = await job.get();
      expect({ state, attempts }).toEqual({ state: 'failed', attempts: [] });
      expect(closedAt!.getTime() - openedAt.getTime()).toBeGreaterThanOrEqual(1_900);
      expect(closedAt!.getTime() - openedAt.getTime()).toBeLessThan(15_000);
      expect((await fleet.client.jobs.pending({ pool })).jobs).toEqual([]);
    },
  );

  test('on the queue of a busy node is told of, and fails, as any other', async () => {
    await start('pending-c', 'pending-c1', '--slots', '1');
    const pin = { node: 'pending-c1' };
    const options = { pool: 'pending-c', pin };
    const busy = await fleet.client.jobs.submit('hold', fleet.hold('pending-c'), options);
    await fleet.logged('attempt.started', { job: busy.id });
    const [told, fails] = await Promise.all([
      echo('pending-c', { pin, pending: { alarmAfter: '1s' } }),
      echo('pending-c', { pin, pending: { failAfter: '2s' } }),
    ]);
    await expect(fails.result()).rejects.toMatchObject({ code: 'pending_timeout' });
    await fleet.logged('job.pending_too_long', { job: told.id });
    await fleet.open('pending-c');
    expect(await told.result()).toMatchObject({ node: 'pending-c1', epoch: 1 });
  });

  test('does not fail when a node takes it in time, however long it then runs', async () => {
    const job = await fleet.client.jobs.submit('hold', fleet.hold('pending-d'), {
      pool: 'pending-d',
      pending: { alarmAfter: '1s', failAfter: '40s' },
    });
    await fleet.logged('job.pending_too_long', { job: job.id });
    await start('pending-d', 'pending-d1');
    await eventually(async () => (await job.get()).live?.phase === 'running');
    await fleet.open('pending-d');
    expect(await job.result()).toEqual({ node: 'pending-d1', epoch: 1 });
    expect(await job.get()).toMatchObject({ attemptCount: 1 });
  });
});
