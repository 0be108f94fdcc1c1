import type { JobHandle } from 'holdfast';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { CuttableLink } from '../../bench/cuttable-link.ts';
import { createLink } from '../../bench/cuttable-link.ts';
import { arrivalsAtJob, resend } from '../support/arrivals.ts';
import { eventually } from '../support/eventually.ts';
import { LateFleet } from '../support/late-fleet.ts';

describe('a late result', () => {
  let late: LateFleet;
  const links: CuttableLink[] = [];
  beforeAll(async () => {
    late = await LateFleet.start();
  });
  afterEach(async () => {
    await late.fleet.stopNodes();
    await Promise.all(links.splice(0).map((link) => link.remove()));
  });
  afterAll(() => late.stop());

  /** A job whose first attempt ends at a gate, whatever its signal says, and the next ones never. */
  function submit(kind: 'straggle' | 'freeze', gate: string): Promise<JobHandle<unknown>> {
    const { client, folder, pool } = late.fleet;
    const input = { folder, gate, next: 'never' };
    return client.jobs.submit(kind, input, { pool, heartbeat: '2s' });
  }

  test('is kept on disk while its node is cut off, and delivered when the connection is back', async () => {
    const link = await createLink('cut1', inject('temporalAddress'));
    links.push(link);
    await late.startNode('cut1', [], link);
    const job = await submit('straggle', 'cut');
    await late.started(job, 1);
    await late.startNode('cut2');
    await link.cut();
    await late.fleet.open('cut');
    await late.fleet.logged('late.kept', { job: job.id, epoch: 1 });
    await late.started(job, 2);
    expect(await late.keptFiles()).toHaveLength(1);
    await link.heal();
    expect(await job.result()).toEqual({ epoch: 1, node: 'cut1' });
    await late.fleet.logged('late.delivered', { job: job.id, via: 'job' });
    expect(await late.verdictsOn(job)).toEqual(['accepted 1']);
    await eventually(async () => (await late.keptFiles()).length === 0);
  });

  test('is delivered by the next process of its node when the node is killed with it', async () => {
    const link = await createLink('kill1', inject('temporalAddress'));
    links.push(link);
    const node = await late.startNode('kill1', [], link);
    const jobs = await Promise.all([1, 2, 3].map(() => submit('straggle', 'kill')));
    for (const job of jobs) await late.started(job, 1);
    await late.startNode('kill2');
    await link.cut();
    await late.fleet.open('kill');
    for (const { id } of jobs) await late.fleet.logged('late.kept', { job: id, epoch: 1 });
    node.signal('SIGKILL');
    await node.ended();
    expect(await late.keptFiles()).toHaveLength(3);
    for (const job of jobs) await late.started(job, 2);
    await late.startNode('kill1');
    expect(await late.fleet.logged('late.found', { from: 'kill1' })).toMatchObject({ count: 3 });
    for (const job of jobs) {
      expect(await job.result()).toEqual({ epoch: 1, node: 'kill1' });
      expect(await late.verdictsOn(job)).toEqual(['accepted 1']);
    }
    await eventually(async () => (await late.keptFiles()).length === 0);
  });

  test('of a node that froze before it could send it counts when the node thaws', async () => {
    const node = await late.startNode('freeze1');
    const job = await submit('freeze', 'freeze');
    await late.started(job, 1);
    await late.startNode('freeze2');
    await late.fleet.open('freeze');
    await late.started(job, 2);
    node.signal('SIGCONT');
    expect(await job.result()).toEqual({ epoch: 1, node: 'freeze1' });
    expect(await job.get()).toMatchObject({
      attempts: [
        { epoch: 1, outcome: 'lost', reason: 'heartbeat_timeout' },
        { epoch: 2, outcome: 'cancelled' },
      ],
    });
    expect(await late.verdictsOn(job)).toEqual(['accepted 1']);
  });

  test('is a duplicate when Temporal took the result, and its node could not know', async () => {
    await late.startNode('copy1');
    const job = await submit('straggle', 'copy');
    await late.started(job, 1);
    const { orchestrator } = late.fleet;
    orchestrator.signal('SIGKILL');
    await orchestrator.ended();
    await late.fleet.open('copy');
    await late.fleet.logged('attempt.ended', { job: job.id, outcome: 'succeeded' });
    // Both reach the workflow in one task, the copy ahead of the result.
    const [taken] = await arrivalsAtJob(late.temporal, job.id);
    expect(await resend(late.temporal, taken!)).toEqual({ kind: 'delivered', via: 'job' });
    await late.fleet.startOrchestrator();
    expect(await job.result()).toEqual({ epoch: 1, node: 'copy1' });
    await late.judged(job, 'accepted 1', 'duplicate 1');
  });
});
