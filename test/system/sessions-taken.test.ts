import { connect } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { followSession, releasedOf, Sessions } from '../support/sessions.ts';

describe('an index of a session that another job wants', () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '8']);
  });
  afterAll(() => fleet.stop());

  test('goes to exactly one of two that are submitted at once', async () => {
    const { id } = on.own();
    const other = await connect({
      temporal: { address: inject('temporalAddress'), namespace: fleet.namespace },
      databaseUrl: fleet.databaseUrl,
    });
    const rival = (name: string, client: typeof other, index: number) =>
      client.jobs
        .submit('echo', name, {
          id: `${id}-${index}-${name}`,
          pool: fleet.pool,
          session: { id, index },
        })
        .then((job) => job.result());
    try {
      for (let index = 0; index < 15; index++) {
        const ends = await Promise.allSettled([
          rival('x', fleet.client, index),
          rival('y', other, index),
        ]);
        const winner = ends.findIndex(({ status }) => status === 'fulfilled');
        const loser = ends[1 - winner];
        expect(loser).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'session_slot_taken',
            message: expect.stringContaining(`job ${id}-${index}-${'xy'[winner]}`) as string,
          },
        });
      }
    } finally {
      await other.close();
    }
    expect(await releasedOf(fleet.client, id)).toHaveLength(15);
  });

  test('is refused, or shared, as the submit asks; so is the same id, which has it already', async () => {
    const { id, job } = on.own();
    const holder = await on.hold(id, 0);
    await on.running(holder);
    const heir = { id: `${id}-heir` };
    await expect(on.echo(id, 0, heir)).rejects.toMatchObject({
      code: 'session_slot_taken',
      message: expect.stringContaining(job(0)) as string,
      details: { holder: job(0), state: 'open' },
    });
    const shared = await on.echo(id, 0, { ...heir, dedupe: 'attach' });
    expect(shared.id).toBe(holder.id);
    expect((await on.echo(id, 0, { dedupe: 'attach' })).id).toBe(holder.id);
    const again = on.echo(id, 0, { dedupe: 'reject' });
    await expect(again).rejects.toMatchObject({ code: 'job_exists' });
    await on.open(id, 0);
    expect(await shared.result()).toEqual(await holder.result());
    expect((await on.echo(id, 0, { ...heir, dedupe: 'attach' })).id).toBe(holder.id);
    await expect(fleet.client.jobs.get(heir.id)).rejects.toMatchObject({ code: 'job_not_found' });
  });

  test('is taken over from an open job', async () => {
    const { id } = on.own();
    await on.hold(id, 0);
    const holder = await on.hold(id, 1);
    await on.running(holder);
    const heir = await on.echo(id, 1, { id: `${id}-heir`, dedupe: 'replace' });
    expect(await heir.result()).toMatchObject({ value: 1 });
    await expect(holder.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await fleet.marks()).toContain(`stopped-${holder.id}-1`);
    await on.open(id, 0);
    await fleet.client.sessions.close(id, { count: 2 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(reader.seen).toMatchObject([{ index: 0 }, { job: heir.id, state: 'succeeded' }]);
  });

  test('is taken over from an open job for which everybody waits', async () => {
    const { id } = on.own();
    const holder = await on.hold(id, 0);
    await on.running(holder);
    const heir = await on.echo(id, 0, { id: `${id}-heir`, dedupe: 'replace' });
    expect(await heir.result()).toMatchObject({ value: 0 });
    await expect(holder.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await releasedOf(fleet.client, id)).toMatchObject([
      { index: 0, job: heir.id, state: 'succeeded' },
    ]);
  });

  test('is taken over from a job that has ended, until it is released', async () => {
    const { id } = on.own();
    const first = await on.hold(id, 0);
    const holder = await on.echo(id, 1);
    await holder.result();
    const options = { id: `${id}-heir`, dedupe: 'replace' } as const;
    const heir = await on.submit(id, 1, 'echo', 'heir', options);
    await heir.result();
    expect(await holder.result()).toMatchObject({ value: 1 });
    await on.open(id, 0);
    await first.result();
    expect(await releasedOf(fleet.client, id)).toMatchObject([
      { index: 0, job: first.id },
      { index: 1, job: heir.id, result: { value: 'heir' } },
    ]);
    for (const index of [0, 1]) {
      const late = on.echo(id, index, { id: `${id}-late`, dedupe: 'replace' });
      await expect(late).rejects.toMatchObject({
        code: 'session_slot_taken',
        details: { isReleased: true },
      });
    }
    await expect(fleet.client.jobs.get(`${id}-late`)).rejects.toThrow();
  });
});
