import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Embedded } from '../../dist/dev/embedded.js';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const NODES = ['a', 'b'] as const;
const JOBS = 6;

describe('when Temporal is away for longer than leases and heartbeats last', () => {
  let dataDir: string;
  let embedded: Embedded;
  let fleet: Fleet;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-away-'));
    embedded = await startEmbedded({ dataDir, webUi: false });
  });
  afterAll(async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fleet = await Fleet.start({
      temporalAddress: embedded.temporal.address,
      databaseUrl: embedded.databaseUrl,
    });
  });
  afterEach(() => fleet.stop());

  async function startNodes(names: readonly string[]): Promise<void> {
    for (const name of names) await fleet.startNode(name, ['--lease', '2s', '--slots', '8']);
    await eventually(() => fleet.find('node.lease_held').length === names.length);
  }

  /** Jobs that run, and that no loss is forgiven but one that is no fault of theirs. */
  async function submitUnforgiving(): Promise<JobHandle<unknown>[]> {
    const jobs = await Promise.all(
      Array.from({ length: JOBS }, () =>
        fleet.client.jobs.submit('hold', fleet.hold('back'), {
          ...{ pool: fleet.pool, heartbeat: '2s', timeout: '300s' },
          failover: { maxAttempts: 0 },
        }),
      ),
    );
    for (const { id } of jobs) await fleet.logged('attempt.started', { job: id });
    return jobs;
  }

  /** Temporal answers nobody until every node has given its attempts up by its own clock. */
  async function freeze(nodes: readonly string[]): Promise<void> {
    const { pid } = embedded.temporal;
    if (pid === undefined) throw new Error('the Temporal server is not ours');
    process.kill(pid, 'SIGSTOP');
    await fleet.logged('temporal.away');
    for (const from of nodes) await fleet.logged('node.fenced', { from });
  }

  async function expectAllExcused(jobs: JobHandle<unknown>[]): Promise<void> {
    await fleet.logged('temporal.back');
    await fleet.open('back');
    for (const job of jobs) await job.result({ timeout: '100s' });
    for (const job of jobs) {
      const { state, attempts } = await job.get();
      expect(state).toBe('succeeded');
      expect(attempts.at(-1)?.outcome).toBe('succeeded');
      for (const { outcome, reason } of attempts.slice(0, -1)) {
        expect(outcome).toBe('lost');
        expect(reason).toMatch(/\(Temporal was away\)$/);
      }
      expect(fleet.find('job.closed', { job: job.id }).length).toBeLessThanOrEqual(1);
    }
  }

  async function expectOnline(nodes: readonly string[]): Promise<void> {
    await eventually(async () => {
      const online = await fleet.client.nodes.list({ pool: fleet.pool, state: 'online' });
      return nodes.every((name) => online.some((node) => node.name === name && node.beat));
    });
    for (const node of nodes) {
      const pinned = { pool: fleet.pool, pin: { node } };
      const job = await fleet.client.jobs.submit('echo', 1, pinned);
      expect(await job.result({ timeout: '60s' })).toMatchObject({ node });
    }
  }

  test.each([{ nodes: NODES }, { nodes: NODES.slice(0, 1) }])(
    'frozen: every job succeeds, no loss counts, and the nodes are back ($nodes)',
    async ({ nodes }) => {
      await startNodes(nodes);
      const jobs = await submitUnforgiving();
      await freeze(nodes);
      process.kill(embedded.temporal.pid!, 'SIGCONT');
      await expectAllExcused(jobs);
      await expectOnline(nodes);
    },
    180_000,
  );

  test.each([{ nodes: NODES }, { nodes: NODES.slice(0, 1) }])(
    'killed: every job succeeds, no loss counts, and the nodes are back ($nodes)',
    async ({ nodes }) => {
      await startNodes(nodes);
      const jobs = await submitUnforgiving();
      await freeze(nodes);
      await embedded.restartTemporal('SIGKILL');
      await expectAllExcused(jobs);
      await expectOnline(nodes);
    },
    180_000,
  );
});
