import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { nodeWorkflowId } from '../../dist/domain/ids.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const RESTARTS = 20;
const OPEN_JOBS = 8;

describe('a node that is restarted again and again', () => {
  let fleet: Fleet;
  let client: Client;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    client = new Client({ connection, namespace: fleet.namespace });
  });
  afterAll(async () => {
    await client.connection.close();
    await fleet.stop();
  });

  const start = (name: string) =>
    fleet.startNode(name, ['--lease', '2s', '--slots', '2', '--shutdown-grace', '200ms']);

  const incarnationsOf = (node: string) =>
    fleet.find('node.started', { from: node }).map(({ incarnation }) => String(incarnation));

  /** The leases of a node that the server holds for alive. */
  async function leasesOf(node: string): Promise<string[]> {
    const { raw } = await client.workflow.getHandle(nodeWorkflowId(node)).describe();
    const ids = raw.pendingActivities?.map(({ activityId }) => activityId ?? '') ?? [];
    return ids.filter((id) => id.startsWith('lease/'));
  }

  async function submitShort(jobs: JobHandle<unknown>[]): Promise<void> {
    const input = { folder: fleet.folder, ms: 300 };
    const options = { pool: fleet.pool, heartbeat: '2s' } as const;
    jobs.push(await fleet.client.jobs.submit('mark', input, options));
  }

  /** Submits jobs until the newest start of a node runs one; a few are always waiting. */
  async function keepBusy(node: string, jobs: JobHandle<unknown>[]): Promise<void> {
    const { length } = fleet.find('attempt.started', { from: node });
    await eventually(async () => {
      if (jobs.length - fleet.find('job.closed').length < OPEN_JOBS) await submitShort(jobs);
      return fleet.find('attempt.started', { from: node }).length > length;
    });
  }

  async function end(node: HoldfastProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    node.signal(signal);
    await node.ended();
    if (signal === 'SIGTERM') expect(node.exitCode).toBe(0);
  }

  test('loses no job, accepts none twice, and is online once at the end', async () => {
    await start('stable');
    let node = await start('r');
    const jobs: JobHandle<unknown>[] = [];
    for (let restart = 1; restart <= RESTARTS; restart++) {
      await keepBusy('r', jobs);
      await end(node, restart % 3 === 0 ? 'SIGTERM' : 'SIGKILL');
      node = await start('r');
    }

    for (const job of jobs) {
      const result = (await job.result()) as { epoch: number };
      const { state, attempts } = await job.get();
      expect(state).toBe('succeeded');
      const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded');
      expect(succeeded.map(({ epoch }) => epoch)).toEqual([result.epoch]);
      expect(fleet.find('job.closed', { job: job.id })).toHaveLength(1);
    }
    const views = await Promise.all(jobs.map((job) => job.get()));
    const lost = views.flatMap(({ attempts }) =>
      attempts.filter(({ outcome }) => outcome === 'lost'),
    );
    expect(lost.length).toBeGreaterThan(0);
    for (const { node: from } of lost) expect(from).toBe('r');

    const last = incarnationsOf('r').at(-1);
    expect(new Set(incarnationsOf('r')).size).toBe(RESTARTS + 1);
    await fleet.logged('node.lease_held', { from: 'r', incarnation: last });
    await eventually(async () => (await leasesOf('r')).length === 1);
    expect((await leasesOf('r'))[0]).toMatch(new RegExp(`^lease/${last}/`));
    const listed = await fleet.client.nodes.list({ pool: fleet.pool });
    expect(listed).toMatchObject([
      { name: 'r', state: 'online', incarnation: last, isStopping: false },
      { name: 'stable', state: 'online' },
    ]);
    expect(fleet.find('node.lease_held', { from: 'stable' })).toHaveLength(1);
    const pinned = { pool: fleet.pool, pin: { node: 'r' } };
    const job = await fleet.client.jobs.submit('echo', 1, pinned);
    expect(await job.result()).toMatchObject({ node: 'r' });
    expect(listed[0]?.beat?.incarnation ?? last).toBe(last);
  }, 400_000);
});
