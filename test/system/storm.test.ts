import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { jobWorkflowId } from '../../dist/domain/ids.js';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import type { FleetLine } from '../support/fleet.ts';
import { Fleet } from '../support/fleet.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const STORM_EXCUSE = 'node_lost (its pool lost most of its nodes at once)';

describe('a storm: a pool that loses most of its nodes at once', () => {
  let fleet: Fleet;
  let nodes: HoldfastProcess[];
  let temporal: Client;
  afterEach(async () => {
    await temporal.connection.close();
    await fleet.stop();
  });

  async function startFleet(hold: string, window: string): Promise<void> {
    const servers = { temporalAddress: inject('temporalAddress') };
    const connection = await Connection.connect({ address: servers.temporalAddress });
    const flags = ['--storm-hold', hold, '--storm-window', window];
    fleet = await Fleet.start(servers, flags);
    temporal = new Client({ connection, namespace: fleet.namespace });
    const start = (name: string) => fleet.startNode(name, ['--lease', '2s', '--slots', '8']);
    nodes = await Promise.all(NAMES.map(start));
    await eventually(() => fleet.find('node.lease_held').length === NAMES.length);
  }

  const submitOn = (node: string, maxAttempts: number) =>
    fleet.client.jobs.submit('hold', fleet.hold('storm'), {
      ...{ pool: fleet.pool, heartbeat: '30s', timeout: '300s' },
      pin: { node, onOffline: 'fallback' },
      failover: { maxAttempts },
    });

  /** A job on each node; those of a node that is gone fall back to another. */
  async function submitOnEach(maxAttempts: number): Promise<JobHandle<unknown>[]> {
    const jobs = await Promise.all(NAMES.map((name) => submitOn(name, maxAttempts)));
    for (const { id } of jobs) await fleet.logged('attempt.started', { job: id });
    for (const name of NAMES) await named(name, 1);
    return jobs;
  }

  /** Waits until a beat of the node's lease has named so many attempts. */
  const named = (node: string, count: number) =>
    eventually(async () => (await fleet.client.nodes.get(node)).beat?.running.length === count);

  /** Whether a job has begun so many waits since it was submitted. */
  async function hasLooked(job: JobHandle<unknown>, times: number): Promise<boolean> {
    const { events } = await temporal.workflow.getHandle(jobWorkflowId(job.id)).fetchHistory();
    const timers = events?.filter((event) => event.timerStartedEventAttributes != null) ?? [];
    return timers.length >= times;
  }

  const timeOf = ({ time }: FleetLine) => Number(time);

  const cli = (...args: string[]) => {
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    return runHoldfast(args, { env });
  };

  describe('that holds for a while', () => {
    beforeEach(() => startFleet('3s', '10s'));

    test('its failover pauses, and goes on when the hold is over', async () => {
      const jobs = await submitOnEach(1);
      for (const node of nodes.slice(0, 3)) node.signal('SIGKILL');
      const paused = await fleet.logged('pool.paused', { pool: fleet.pool });
      expect(paused).toMatchObject({ lost: 3 });
      expect(paused.why).toContain('3 of 4 nodes were lost within 10 s');
      await fleet.logged('alert.raised', { alert: 'pool_paused', pool: fleet.pool });
      await fleet.open('storm');
      for (const job of jobs) expect(await job.result()).toMatchObject({ node: 'd' });
      await fleet.logged('alert.cleared', { alert: 'pool_paused' });

      // By the time of the third loss the pause was on record; it held at least that node's job.
      const until = Date.parse(String(paused.until));
      const views = await Promise.all(jobs.map((job) => job.get()));
      const held = views.filter(({ attempts }) => attempts[0]?.reason === STORM_EXCUSE);
      expect(held.length).toBeGreaterThan(0);
      for (const { id } of held) {
        const next = await fleet.logged('attempt.started', { job: id, epoch: 2 });
        expect(timeOf(next)).toBeGreaterThanOrEqual(until);
      }
      for (const { state, attempts } of views) {
        expect(state).toBe('succeeded');
        expect(attempts.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(1);
      }
      expect(await fleet.client.nodes.pauses()).toEqual([]);
    });
  });

  describe('that holds for long', () => {
    beforeEach(() => startFleet('300s', '60s'));

    test('what is lost in it spends no failover, and an operator sees it and ends it', async () => {
      // The third loss makes it a storm: the jobs of the first two nodes are judged before.
      const early = await Promise.all([submitOn('a', 1), submitOn('b', 1)]);
      const unforgiving = await submitOn('c', 0);
      const jobs = [...early, unforgiving];
      for (const { id } of jobs) await fleet.logged('attempt.started', { job: id });
      await named('c', 1);
      nodes.slice(0, 2).forEach((node) => node.signal('SIGKILL'));
      for (const node of ['a', 'b']) await fleet.logged('node.left', { node, why: 'lost' });
      nodes[2]?.signal('SIGKILL');
      await fleet.logged('pool.paused', { pool: fleet.pool });
      const why = await eventually(async () => {
        const { jobs: pending } = await fleet.client.jobs.pending({ pool: fleet.pool });
        return pending.find(({ id }) => id === unforgiving.id)?.why;
      });
      expect(why).toContain('3 of 4 nodes were lost within 60 s');
      expect(await fleet.client.nodes.pauses()).toMatchObject([{ pool: fleet.pool, lost: 3 }]);
      const online = await fleet.client.nodes.list({ pool: fleet.pool, state: 'online' });
      expect(online.map(({ name }) => name)).toEqual(['d']);
      const list = await cli('nodes', 'list');
      expect(list.stderr).toContain('3 of 4 nodes were lost within 60 s');
      expect(list.stderr).toContain(`holdfast nodes resume --pool ${fleet.pool}`);

      // It looks again less and less often: 1, 2, 4 and 8 s are over, the next look is far away.
      await eventually(() => hasLooked(unforgiving, 5));
      const resumedAt = Date.now();
      expect(await fleet.client.nodes.resumePool(fleet.pool)).toBe(true);
      const next = await fleet.logged('attempt.started', { job: unforgiving.id, epoch: 2 });
      expect(next).toMatchObject({ node: 'd' });
      expect(timeOf(next) - resumedAt).toBeLessThan(8_000);
      await fleet.open('storm');
      for (const job of jobs) expect(await job.result()).toMatchObject({ node: 'd' });
      expect((await unforgiving.get()).attempts).toMatchObject([
        { epoch: 1, node: 'c', outcome: 'lost', reason: STORM_EXCUSE },
        { epoch: 2, node: 'd', outcome: 'succeeded' },
      ]);
      expect(await fleet.client.nodes.resumePool(fleet.pool)).toBe(false);
      expect(await fleet.client.nodes.pauses()).toEqual([]);
    });
  });
});
