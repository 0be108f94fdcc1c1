import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that is moved', () => {
  let fleet: Fleet;
  let temporal: Client;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    temporal = new Client({ connection, namespace: fleet.namespace });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(async () => {
    await fleet.stop();
    await temporal.connection.close();
  });

  // The ledger is shared with other files: each test has pools, and names, of its own.
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

  test('goes where it was moved to while its place was being looked for', async () => {
    await start('move-f', 'move-f1');
    await fleet.client.nodes.cordon('move-f1', { reason: 'a test' });
    const job = await fleet.client.jobs.submit('echo', 1, {
      pool: 'move-f-empty',
      preferLabels: { gpu: 'a100' },
      pending: { alarmAfter: '3s' },
    });
    await inPhase(job, 'queued');
    const lock = new pg.Client({ connectionString: fleet.databaseUrl });
    await lock.connect();
    // While this transaction is open, no place can be put on record.
    await lock.query('begin');
    await lock.query('lock table holdfast.waits, holdfast.reservations in exclusive mode');
    await eventually(async () => {
      // The embedded ledger ends a transaction that is idle.
      await lock.query('select 1');
      return isBeingPlaced(temporal, job.id);
    });
    await move(job.id, { node: 'move-f1' });
    await lock.query('commit');
    await lock.end();

    expect(await inPhase(job, 'waiting')).toMatchObject({ why: 'node move-f1 is cordoned' });
    await fleet.client.nodes.enable('move-f1');
    expect(await job.result()).toMatchObject({ node: 'move-f1', epoch: 1 });
    expect(await queuesOf(temporal, job.id)).toEqual([
      'pool/move-f-empty',
      expect.stringMatching(/^node\/move-f1\//) as string,
    ]);
  });
});

/** True once an orchestrator has been asked for a place and the ledger lets it wait. */
async function isBeingPlaced(temporal: Client, id: string): Promise<boolean> {
  const { raw } = await temporal.workflow.getHandle(`job/${id}`).describe();
  return (raw.pendingActivities ?? []).some(
    ({ activityType }) => activityType?.name === 'placeAttempt',
  );
}

/** The queues that the attempts of a job were put on. */
async function queuesOf(temporal: Client, id: string): Promise<string[]> {
  const { events } = await temporal.workflow.getHandle(`job/${id}`).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'runJob' ? [scheduled.taskQueue?.name ?? ''] : [],
  );
}
