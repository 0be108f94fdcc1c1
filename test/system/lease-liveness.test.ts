import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { attemptActivityId, jobWorkflowId, nodeWorkflowId } from '../../dist/domain/ids.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

// temporal.api.enums.v1.PendingActivityState
const STARTED = 2;

describe('a job whose only sign of life is the lease of its node', () => {
  let fleet: Fleet;
  let client: Client;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    client = new Client({ connection, namespace: fleet.namespace });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(async () => {
    await client.connection.close();
    await fleet.stop();
  });

  const startNode = async (name: string, lease = '2s') => {
    const node = await fleet.startNode(name, ['--lease', lease, '--slots', '4']);
    await fleet.logged('node.lease_held', { from: name });
    return node;
  };

  const submitHold = (gate: string) =>
    fleet.client.jobs.submit('hold', fleet.hold(gate), { pool: fleet.pool, heartbeat: 'lease' });

  const pendingOf = async (workflowId: string, isWanted: (activityId: string) => boolean) => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.find(({ activityId }) => isWanted(activityId ?? ''));
  };

  const attemptOf = (job: JobHandle<unknown>, epoch = 1) =>
    pendingOf(jobWorkflowId(job.id), (id) => id === attemptActivityId(epoch));

  /** When the server last heard from the lease of a node, in seconds. */
  const lastLeaseBeat = async (node: string) => {
    const lease = await pendingOf(nodeWorkflowId(node), (id) => id.startsWith('lease/'));
    return Number(lease?.lastHeartbeatTime?.seconds ?? 0);
  };

  async function expectMoved(job: JobHandle<unknown>, from: string, to: string): Promise<void> {
    expect(await job.result()).toEqual({ node: to, epoch: 2 });
    expect(await job.get()).toMatchObject({
      failoverCount: 1,
      attempts: [
        { epoch: 1, node: from, outcome: 'lost', reason: 'node_lost' },
        { epoch: 2, node: to, outcome: 'succeeded' },
      ],
    });
  }

  test('sends no heartbeats of its own', async () => {
    await startNode('a');
    const job = await submitHold('silent');
    await fleet.logged('attempt.started', { job: job.id, node: 'a' });
    // An attempt that beat would do so every second.
    const startedAt = await lastLeaseBeat('a');
    await eventually(async () => (await lastLeaseBeat('a')) > startedAt + 3);
    const attempt = await attemptOf(job);
    expect(Number(attempt?.state)).toBe(STARTED);
    expect(attempt?.heartbeatDetails?.payloads ?? []).toEqual([]);
    expect(attempt?.lastHeartbeatTime ?? undefined).toBeUndefined();
    await fleet.open('silent');
    expect(await job.result()).toEqual({ node: 'a', epoch: 1 });

    const { events } = await client.workflow.getHandle(jobWorkflowId(job.id)).fetchHistory();
    const scheduled = events?.flatMap(({ activityTaskScheduledEventAttributes: attributes }) =>
      attributes?.activityId === attemptActivityId(1) ? [attributes] : [],
    );
    expect(scheduled).toHaveLength(1);
    // The server fills in nothing, so silence ends no attempt.
    expect(Number(scheduled?.[0]?.heartbeatTimeout?.seconds ?? 0)).toBe(0);
    expect(Number(scheduled?.[0]?.heartbeatTimeout?.nanos ?? 0)).toBe(0);
    expect(scheduled?.[0]?.taskQueue?.name).toMatch(/^node\/a\//);
  });

  test('starts only after a beat of the lease has named it', async () => {
    // A long lease beats every second: a handler that did not wait would be named too late.
    await startNode('b', '30s');
    for (const gate of ['b1', 'b2', 'b3', 'b4', 'b5', 'b6']) {
      const job = await submitHold(gate);
      await fleet.logged('attempt.started', { job: job.id, node: 'b' });
      const { beat } = await fleet.client.nodes.get('b');
      expect(beat?.running).toEqual([{ job: job.id, generation: 1, epoch: 1 }]);
      await fleet.open(gate);
      await job.result();
    }
  });

  test('goes on elsewhere when its node is killed', async () => {
    const node = await startNode('c');
    const jobs = await Promise.all([submitHold('killed'), submitHold('killed')]);
    for (const { id } of jobs) await fleet.logged('attempt.started', { job: id, node: 'c' });
    await startNode('d');
    node.signal('SIGKILL');
    for (const { id } of jobs) {
      await fleet.logged('attempt.started', { job: id, node: 'd', epoch: 2 });
    }
    await fleet.open('killed');
    for (const job of jobs) await expectMoved(job, 'c', 'd');
  });

  test('goes on elsewhere when its node is killed before any beat named it', async () => {
    const node = await startNode('e');
    // Its open polls take the attempts, which never become a handler's.
    node.signal('SIGSTOP');
    const job = await submitHold('unnamed');
    await eventually(async () => Number((await attemptOf(job))?.state) === STARTED);
    node.signal('SIGKILL');
    await startNode('f');
    await fleet.logged('attempt.started', { job: job.id, node: 'f', epoch: 2 });
    await fleet.open('unnamed');
    await expectMoved(job, 'e', 'f');
    expect(fleet.find('attempt.started', { from: 'e' })).toEqual([]);
  });

  test('goes on elsewhere when its node is killed at any moment after the dispatch', async () => {
    await startNode('z');
    await fleet.client.nodes.cordon('z', { reason: 'a test' });
    for (const name of ['g', 'h', 'i', 'j']) {
      const node = await startNode(name);
      const jobs = await Promise.all([1, 2, 3].map(() => submitHold(`at-${name}`)));
      await eventually(async () => (await fleet.client.nodes.get(name)).reserved > 0);
      node.signal('SIGKILL');
      await fleet.client.nodes.enable('z');
      await fleet.open(`at-${name}`);
      // One that had not started at all may have spent no attempt.
      for (const job of jobs) expect(await job.result()).toMatchObject({ node: 'z' });
      await fleet.client.nodes.cordon('z', { reason: 'a test' });
    }
  });
});
