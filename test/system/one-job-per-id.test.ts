import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { forgetWorkflow } from '../support/forget-workflow.ts';

describe('an id', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await fleet.startNode('a', ['--slots', '4']);
  });
  afterAll(() => fleet.stop());

  test('submitted a hundred times at once is one job with one result and equal answers', async () => {
    const id = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, value) => {
        const job = await fleet.client.jobs.submit('echo', value, { id, pool: fleet.pool });
        return JSON.stringify(await job.result());
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
    expect((await fleet.client.jobs.get(id)).attempts).toHaveLength(1);
  });

  test('submitted again after its end answers the first result', async () => {
    const id = randomUUID();
    const first = await fleet.client.jobs.submit('echo', 'first', { id, pool: fleet.pool });
    const result = await first.result();
    const second = await fleet.client.jobs.submit('echo', 'second', { id, pool: fleet.pool });
    expect(await second.result()).toEqual(result);
  });

  test(
    'is still known when Temporal has forgotten its workflow',
    { timeout: 300_000 },
    async () => {
      const id = randomUUID();
      const first = await fleet.client.jobs.submit('echo', 'kept', { id, pool: fleet.pool });
      const result = await first.result();
      await forgetWorkflow(fleet.namespace, `job/${id}`);
      expect(await fleet.client.jobs.result(id)).toEqual(result);
      const second = await fleet.client.jobs.submit('echo', 'other', { id, pool: fleet.pool });
      expect(await second.result()).toEqual(result);
      expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
    },
  );

  test('whose workflow was ended by force is told so, and can be closed', async () => {
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id });
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const client = new Client({ connection, namespace: fleet.namespace });
    await client.workflow.getHandle(`job/${job.id}`).terminate('by an operator');
    await connection.close();
    await expect(job.result()).rejects.toMatchObject({ code: 'job_terminated' });
    expect(await job.get()).toMatchObject({
      state: 'failed',
      error: { code: 'job_terminated' },
      live: { phase: 'ended' },
    });
    expect(await job.cancel()).toEqual({ requested: true });
    expect(await job.get()).toMatchObject({ state: 'cancelled', live: undefined });
  });
});
