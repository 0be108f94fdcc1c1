import { Client, Connection } from '@temporalio/client';
import type { JobHandle } from 'holdfast';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { RestorableServers } from '../support/restorable-servers.ts';

const MINUTES = 60_000;

describe('a server that was restored from an older backup', { timeout: 10 * MINUTES }, () => {
  let servers: RestorableServers;
  let fleet: Fleet;

  beforeEach(async () => {
    servers = await RestorableServers.start();
    const { temporalAddress, databaseUrl } = servers;
    // Only the sweeps of the test shall repair.
    fleet = await Fleet.start({ temporalAddress, databaseUrl }, ['--sweep-interval', '3650d']);
    await fleet.startNode('a', ['--slots', '8']);
  });
  afterEach(async () => {
    await fleet.stop();
    await servers.stop();
  });

  function submit(id: string, gate?: string, options: object = {}): Promise<JobHandle<unknown>> {
    const [kind, input] =
      gate === undefined ? (['echo', id] as const) : (['hold', fleet.hold(gate)] as const);
    return fleet.client.jobs.submit(kind, input, { id, pool: fleet.pool, ...options });
  }

  /** What Temporal says of the newest generation, and what the ledger says. */
  async function standing(id: string): Promise<{ ledger: string; temporal: string }> {
    const { state, generation } = await fleet.client.jobs.get(id);
    const connection = await Connection.connect({ address: servers.temporalAddress });
    try {
      const { workflow } = new Client({ connection, namespace: fleet.namespace });
      const temporal = await workflow
        .getHandle(jobWorkflowId(id, generation))
        .describe()
        .then(
          ({ status }) => status.name,
          () => 'NOT_FOUND',
        );
      return { ledger: state, temporal };
    } finally {
      await connection.close();
    }
  }

  /** An open job runs, and one that does not run is closed. */
  async function expectAgreement(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const { ledger, temporal } = await standing(id);
      expect({ id, runs: temporal === 'RUNNING' }).toEqual({ id, runs: ledger === 'open' });
    }
  }

  test('the ledger: what Temporal has done since is on record again', async () => {
    const before = await submit('before');
    await before.result();
    const across = await submit('across', 'across');
    await fleet.logged('attempt.started', { job: 'across' });
    await servers.backUp();

    await fleet.open('across');
    await across.result({ timeout: '300s' });
    const after = await submit('after', undefined, { session: { id: 's', index: 0 } });
    const result = await after.result({ timeout: '300s' });
    const running = await submit('running', 'running');
    await fleet.logged('attempt.started', { job: 'running' });
    await servers.restore('ledger');

    const done = await eventually(() => fleet.client.sweep().catch(() => undefined), 2 * MINUTES);
    expect(done.recoveries.map(({ job }) => job)).toEqual(
      expect.arrayContaining(['across', 'after']),
    );
    await expectAgreement(['before', 'across', 'after', 'running']);
    await fleet.open('running');
    await running.result({ timeout: '300s' });
    await expectAgreement(['running']);

    expect(await after.result()).toEqual(result);
    expect((await fleet.client.jobs.get('across')).state).toBe('succeeded');
    expect((await fleet.client.jobs.get('running')).state).toBe('succeeded');
    for await (const item of fleet.client.sessions.results('s', { follow: false })) {
      expect(item).toMatchObject({ index: 0, state: 'succeeded' });
    }
    // Everybody agrees now: there is nothing left to do.
    expect((await fleet.client.sweep()).recoveries).toEqual([]);
  });

  test('Temporal: what the ledger has open runs again, and what it has closed stays as it is', async () => {
    const across = await submit('across', 'across');
    await fleet.logged('attempt.started', { job: 'across' });
    await servers.backUp();

    await fleet.open('across');
    const first = await across.result({ timeout: '300s' });
    const after = await submit('after');
    await after.result({ timeout: '300s' });
    await submit('running', 'running');
    await fleet.logged('attempt.started', { job: 'running' });
    await servers.restore('temporal');

    // A sweep takes up what was opened a while ago.
    await eventually(async () => {
      const { recoveries } = await fleet.client.sweep().catch(() => ({ recoveries: [] }));
      return recoveries.some(({ job }) => job === 'running');
    }, 5 * MINUTES);
    await fleet.open('running');
    await eventually(
      async () => (await fleet.client.jobs.get('running')).state === 'succeeded',
      5 * MINUTES,
    );
    expect((await fleet.client.jobs.get('running')).generation).toBe(2);
    await eventually(async () => (await standing('across')).temporal !== 'RUNNING', 5 * MINUTES);
    expect(await across.result({ timeout: '300s' })).toEqual(first);
    await expectAgreement(['across', 'after', 'running']);
    expect((await fleet.client.sweep()).recoveries).toEqual([]);
  });
});
