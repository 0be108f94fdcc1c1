import { fileURLToPath } from 'node:url';
import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

/** The handlers of a node that has not been updated yet. */
const FEW_HANDLERS = fileURLToPath(new URL('../support/few-handlers.mjs', import.meta.url));

describe('a job that not every node of its pool may run', () => {
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
    await fleet.startNode(name, ['--pool', pool, '--lease', '2s', '--slots', '1', ...flags]);
    await fleet.logged('node.lease_held', { from: name });
  };

  const waitsWith = (job: JobHandle<unknown>, why: string) =>
    eventually(async () => {
      const { live } = await job.get();
      return live?.phase === 'waiting' && live.why === why && live;
    });

  const echo = (pool: string, options: { labels?: object; preferLabels?: object } = {}) =>
    fleet.client.jobs.submit('echo', 1, { pool, ...(options as object) });

  test('runs only where its labels are', async () => {
    await start('place-a', 'place-a1', '--label', 'gpu=t4');
    await start('place-a', 'place-a2', '--label', 'gpu=a100', '--label', 'zone=b');
    const labels = { gpu: 'a100', zone: 'b' };
    for (let count = 0; count < 3; count++) {
      const job = await echo('place-a', { labels });
      expect(await job.result()).toMatchObject({ node: 'place-a2', epoch: 1 });
    }
    expect(fleet.find('attempt.started', { from: 'place-a1' })).toEqual([]);
  });

  test('waits for its labels, and runs on the first node that comes with them', async () => {
    await start('place-b', 'place-b1', '--label', 'gpu=t4');
    const job = await echo('place-b', { labels: { gpu: 'a100' } });
    const why = 'no node of pool place-b with gpu=a100 runs kind "echo" now';
    expect(await waitsWith(job, why)).toMatchObject({ waitsFor: 'pool', node: undefined });
    await start('place-b', 'place-b2', '--label', 'gpu=a100');
    expect(await job.result()).toMatchObject({ node: 'place-b2', epoch: 1 });
  });

  test('waits for a slot where its labels are', async () => {
    await start('place-c', 'place-c1', '--label', 'gpu=a100');
    await start('place-c', 'place-c2');
    const labels = { gpu: 'a100' };
    const first = await fleet.client.jobs.submit('hold', fleet.hold('place-c'), {
      pool: 'place-c',
      labels,
    });
    await fleet.logged('attempt.started', { job: first.id, node: 'place-c1' });
    const next = await echo('place-c', { labels });
    const why = 'no node of pool place-c with gpu=a100 has a free slot';
    expect(await waitsWith(next, why)).toMatchObject({ waitsFor: 'slot' });
    await fleet.open('place-c');
    expect(await next.result()).toMatchObject({ node: 'place-c1', epoch: 1 });
  });

  test('runs where the most of its preferred labels are, or anywhere when that is full', async () => {
    await start('place-d', 'place-d1', '--label', 'zone=b');
    await start('place-d', 'place-d2', '--label', 'zone=b', '--label', 'gpu=a100');
    const preferLabels = { gpu: 'a100', zone: 'b' };
    for (let count = 0; count < 3; count++) {
      const job = await echo('place-d', { preferLabels });
      expect(await job.result()).toMatchObject({ node: 'place-d2' });
    }
    const hold = await fleet.client.jobs.submit('hold', fleet.hold('place-d'), {
      pool: 'place-d',
      preferLabels,
    });
    await fleet.logged('attempt.started', { job: hold.id, node: 'place-d2' });
    const other = await echo('place-d', { preferLabels });
    expect(await other.result()).toMatchObject({ node: 'place-d1', epoch: 1 });
    await fleet.open('place-d');
    await hold.result();
    const nowhere = await echo('place-d', { preferLabels: { gpu: 'h100' } });
    expect(await nowhere.result()).toMatchObject({ epoch: 1 });
  });

  test('ends within seconds on the node that has its kind, in the midst of a deploy', async () => {
    await start('place-e', 'place-e1', '--jobs', FEW_HANDLERS);
    await start('place-e', 'place-e2', '--slots', '8');
    const jobs = await Promise.all(
      Array.from({ length: 8 }, () =>
        fleet.client.jobs.submit('flaky', { failures: 0 }, { pool: 'place-e' }),
      ),
    );
    for (const job of jobs) {
      expect(await job.result()).toEqual({ epoch: 1 });
      const { attempts, openedAt, closedAt } = await job.get();
      expect(attempts).toMatchObject([{ node: 'place-e2', outcome: 'succeeded' }]);
      expect(closedAt!.getTime() - openedAt.getTime()).toBeLessThan(10_000);
    }
  });

  test('waits for a node that has its kind, and is found waiting', async () => {
    await start('place-f', 'place-f1', '--jobs', FEW_HANDLERS);
    const job = await fleet.client.jobs.submit('flaky', { failures: 0 }, { pool: 'place-f' });
    const why = 'no node of pool place-f runs kind "flaky" now';
    expect(await waitsWith(job, why)).toMatchObject({ waitsFor: 'pool' });
    expect((await fleet.client.jobs.pending({ pool: 'place-f' })).jobs).toMatchObject([
      { id: job.id, kind: 'flaky', pool: 'place-f', waitsFor: 'pool', why },
    ]);
    const { wait, story } = await fleet.client.jobs.explain(job.id);
    expect(wait).toMatchObject({ waitsFor: 'pool', why });
    expect(JSON.stringify(story)).toContain('place-f1');
    await start('place-f', 'place-f2');
    expect(await job.result()).toEqual({ epoch: 1 });
    expect(await job.get()).toMatchObject({ attemptCount: 1, attempts: [{ node: 'place-f2' }] });
  });
});
