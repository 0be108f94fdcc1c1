import { Client, Connection } from '@temporalio/client';
import type { PinOptions, SubmitOptions } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import type { AttemptGone } from '../../dist/domain/messages.js';
import { ATTEMPT_GONE_SIGNAL, STATUS_QUERY } from '../../dist/domain/messages.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that was placed on a node which froze before it took it', () => {
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
    const node = await fleet.startNode(name, ['--pool', pool, ...flags]);
    await fleet.logged('node.lease_held', { from: name });
    const { url } = await fleet.logged('health.listening', { from: name });
    // Its polls are open.
    await eventually(async () => (await fetch(`${String(url)}/readyz`)).status === 200);
    return node;
  };

  /** Nothing was spent on the node that froze. */
  const ranOnlyOn = async (id: string, node: string) => {
    const view = await fleet.client.jobs.get(id);
    expect(view).toMatchObject({ state: 'succeeded', attemptCount: 1, failoverCount: 0 });
    expect(view.attempts).toMatchObject([{ epoch: 1, node, outcome: 'succeeded' }]);
  };

  const options = (pool: string, pin: PinOptions) => ({ pool, pin });

  /** Freezes a node whose open poll has been given a job, so that it takes none any more. */
  const freeze = async (node: HoldfastProcess, how: SubmitOptions & { pool: string }) => {
    node.signal('SIGSTOP');
    const bait = await fleet.client.jobs.submit('echo', 'bait', how);
    await eventually(async () => (await bait.get()).live?.phase === 'running');
    return bait;
  };

  test('is placed again where another node with its labels has come, uncounted', async () => {
    const flags = ['--label', 'gpu=a100', '--slots', '4'];
    const frozen = await start('frozen-a', 'frozen-a1', '--lease', '60s', ...flags);
    const how = { pool: 'frozen-a', labels: { gpu: 'a100' } };
    const bait = await freeze(frozen, { ...how, heartbeat: '20s' });
    const job = await fleet.client.jobs.submit('echo', 1, how);
    await eventually(async () => (await job.get()).live?.node === 'frozen-a1');
    await start('frozen-a', 'frozen-a2', '--lease', '2s', ...flags);
    expect(await job.result()).toMatchObject({ node: 'frozen-a2', epoch: 1 });
    await ranOnlyOn(job.id, 'frozen-a2');
    // Nobody can tell whether its handler had started.
    expect(await bait.result()).toMatchObject({ node: 'frozen-a2', epoch: 2 });
  });

  test('waits for it when its pin says so, and runs there when it is back', async () => {
    const frozen = await start('frozen-b', 'frozen-b1', '--lease', '10s', '--slots', '4');
    const how = options('frozen-b', { node: 'frozen-b1' });
    await freeze(frozen, { ...how, heartbeat: '60s' });
    const job = await fleet.client.jobs.submit('echo', 1, how);
    await eventually(async () => (await job.get()).live?.why === 'node frozen-b1 is offline');
    frozen.signal('SIGCONT');
    expect(await job.result()).toMatchObject({ node: 'frozen-b1', epoch: 1 });
    await ranOnlyOn(job.id, 'frozen-b1');
  });

  test('falls back or fails when its pin says so, uncounted', async () => {
    const frozen = await start('frozen-c', 'frozen-c1', '--lease', '10s', '--slots', '4');
    await start('frozen-c', 'frozen-c2', '--lease', '3s');
    await freeze(frozen, {
      ...options('frozen-c', { node: 'frozen-c1', onOffline: 'fail' }),
      heartbeat: '60s',
    });
    const [falls, fails] = await Promise.all(
      (['fallback', 'fail'] as const).map((onOffline) =>
        fleet.client.jobs.submit('echo', 1, options('frozen-c', { node: 'frozen-c1', onOffline })),
      ),
    );
    expect(await falls!.result()).toMatchObject({ node: 'frozen-c2', epoch: 1 });
    await ranOnlyOn(falls!.id, 'frozen-c2');
    await expect(fails!.result()).rejects.toMatchObject({ code: 'node_offline' });
    expect(await fails!.get()).toMatchObject({ attemptCount: 0, attempts: [] });
  });

  test('is left alone where it runs by late news of a node on which it was placed before', async () => {
    await start('frozen-d', 'frozen-d1');
    const how = options('frozen-d', { node: 'frozen-d1' });
    const job = await fleet.client.jobs.submit('hold', fleet.hold('frozen-d'), how);
    await fleet.logged('attempt.started', { job: job.id, node: 'frozen-d1' });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const temporal = new Client({ connection, namespace: fleet.namespace });
    const gone: AttemptGone = { epoch: 1, node: 'frozen-d0', why: 'lost', wasRunning: false };
    const handle = temporal.workflow.getHandle(`job/${job.id}`);
    await handle.signal(ATTEMPT_GONE_SIGNAL, gone);
    // Answered after the signal was handled.
    expect(await handle.query(STATUS_QUERY)).toMatchObject({ epoch: 1 });
    await connection.close();
    await fleet.open('frozen-d');
    expect(await job.result()).toEqual({ node: 'frozen-d1', epoch: 1 });
    await ranOnlyOn(job.id, 'frozen-d1');
  });
});
