import type { JobHandle } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

/** So many that chance does not put each of them on the other node. */
const JOBS = 8;

describe('a job that a node is bad for, or that is bad for nodes', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await Promise.all(['a', 'b'].map((name) => fleet.startNode(name, ['--slots', '8'])));
    await eventually(() => fleet.find('node.lease_held').length === 2);
  });
  afterAll(async () => {
    await fleet.stop();
  });

  const submitAll = (kind: string, input: unknown, options: object = {}) =>
    Promise.all(
      Array.from({ length: JOBS }, () =>
        fleet.client.jobs.submit(kind, input, { pool: fleet.pool, ...options }),
      ),
    );

  /** The nodes of a job's attempts; a node's name goes on record with each. */
  async function nodesOf(job: JobHandle<unknown>): Promise<(string | undefined)[]> {
    const { attempts } = await job.get();
    return attempts.map(({ node }) => node);
  }

  async function expectSecondElsewhere(job: JobHandle<unknown>): Promise<void> {
    await job.result();
    // On a slow machine the second attempt may take too long as well.
    const [first, second] = await nodesOf(job);
    expect([first, second].sort()).toEqual(['a', 'b']);
  }

  test('runs on another node after an attempt that ran over its time', async () => {
    const jobs = await submitAll('hold-first', fleet.hold('never'), { timeout: '4s' });
    for (const job of jobs) {
      await expectSecondElsewhere(job);
      const { attempts } = await job.get();
      expect(attempts[0]).toMatchObject({ outcome: 'lost', reason: 'attempt_timeout' });
      expect(attempts.at(-1)).toMatchObject({ outcome: 'succeeded' });
    }
  });

  test('runs on another node when its handler asks for one', async () => {
    const jobs = await submitAll('elsewhere', null);
    for (const job of jobs) {
      await expectSecondElsewhere(job);
      expect(await job.get()).toMatchObject({
        failoverCount: 0,
        attempts: [
          { epoch: 1, outcome: 'failed', reason: 'job_failed: not here' },
          { epoch: 2, outcome: 'succeeded' },
        ],
      });
    }
  });

  test('has a budget of threads to kill, and harms neither the nodes nor their other jobs', async () => {
    const others = await submitAll('hold', fleet.hold('others'), { heartbeat: '2s' });
    for (const { id } of others) await fleet.logged('attempt.started', { job: id });

    const job = await fleet.client.jobs.submit('crash', null, { pool: fleet.pool });
    await expect(job.result()).rejects.toMatchObject({ code: 'crash_budget' });
    const { state, attempts } = await job.get();
    expect(state).toBe('failed');
    expect(attempts).toHaveLength(3);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ outcome: 'lost', reason: 'thread_died' });
    }
    expect(new Set(await nodesOf(job))).toEqual(new Set(['a', 'b']));

    await fleet.open('others');
    for (const other of others) expect(await other.result()).toMatchObject({ epoch: 1 });
    for (const node of ['a', 'b']) {
      const pinned = { pool: fleet.pool, pin: { node } };
      const next = await fleet.client.jobs.submit('echo', 1, pinned);
      expect(await next.result()).toMatchObject({ node, epoch: 1 });
    }
    const online = await fleet.client.nodes.list({ state: 'online' });
    expect(online.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(fleet.find('node.lease_held')).toHaveLength(2);
    expect(fleet.find('node.left')).toEqual([]);
  });
});
