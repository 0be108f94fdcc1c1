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

  test('is still known when Temporal has forgotten its workflow', async () => {
    const id = randomUUID();
    const first = await fleet.client.jobs.submit('echo', 'kept', { id, pool: fleet.pool });
    const result = await first.result();
    await forget(fleet.namespace, `job/${id}`);
    expect(await fleet.client.jobs.result(id)).toEqual(result);
    const second = await fleet.client.jobs.submit('echo', 'other', { id, pool: fleet.pool });
    expect(await second.result()).toEqual(result);
    expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
  });

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

  test('holds its index of a session against other ids', async () => {
    const session = { id: randomUUID(), index: 0 };
    const options = { pool: fleet.pool, session };
    const holder = await fleet.client.jobs.submit('echo', 'holder', options);
    await holder.result();
    await expect(fleet.client.jobs.submit('echo', 'other', options)).rejects.toMatchObject({
      code: 'session_slot_taken',
      message: expect.stringContaining(holder.id) as string,
    });
    const released = [];
    for await (const slot of fleet.client.sessions.results(session.id, { follow: false }))
      released.push(slot);
    expect(released).toMatchObject([{ index: 0, job: holder.id, state: 'succeeded' }]);
  });

  test('of a session is released in the order of the indexes, whichever ends first', async () => {
    const session = randomUUID();
    const submit = (index: number, gate: string) =>
      fleet.client.jobs.submit('hold', fleet.hold(gate), {
        pool: fleet.pool,
        session: { id: session, index },
      });
    const jobs = [await submit(0, 's0'), await submit(1, 's1'), await submit(2, 's2')];
    await fleet.open('s2');
    await jobs[2]!.result();
    expect(await indexes(fleet, session)).toEqual([]);
    await fleet.open('s0');
    await jobs[0]!.result();
    expect(await indexes(fleet, session)).toEqual([0]);
    await fleet.open('s1');
    await jobs[1]!.result();
    expect(await indexes(fleet, session)).toEqual([0, 1, 2]);
    expect(await indexes(fleet, session, 0)).toEqual([1, 2]);
  });
});

async function indexes(fleet: Fleet, session: string, after = -1): Promise<number[]> {
  const seen: number[] = [];
  for await (const { index } of fleet.client.sessions.results(session, { after, follow: false }))
    seen.push(index);
  return seen;
}
