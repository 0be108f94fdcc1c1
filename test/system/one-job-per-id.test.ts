import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { forget, terminate } from '../support/temporal.ts';

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
      await forget(fleet.namespace, `job/${id}`);
      expect(await fleet.client.jobs.result(id)).toEqual(result);
      const second = await fleet.client.jobs.submit('echo', 'other', { id, pool: fleet.pool });
      expect(await second.result()).toEqual(result);
      expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
    },
  );

  test('whose workflow was ended by force is told so, and can be closed', async () => {
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id });
    await terminate(fleet.namespace, `job/${job.id}`);
    await expect(job.result()).rejects.toMatchObject({ code: 'job_terminated' });
    expect(await job.get()).toMatchObject({
      state: 'failed',
      error: { code: 'job_terminated' },
      live: { phase: 'ended' },
    });
    expect(await job.cancel()).toEqual({ requested: true, state: 'cancelled' });
    expect(await job.get()).toMatchObject({ state: 'cancelled', live: undefined });
  });
});
