import type { HoldfastClient, JobHandle, SessionItem, SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { LateFleet } from '../support/late-fleet.ts';

describe('a result that comes after the clean-up of its job', () => {
  let late: LateFleet;
  let client: HoldfastClient;
  beforeAll(async () => {
    late = await LateFleet.start(['--retention-interval', '1s', '--retention-closed-jobs', '1s']);
    ({ client } = late.fleet);
    await late.startNode('a');
  });
  afterAll(() => late.stop());

  /** A job that failed and was cleaned up while its handler goes on. */
  async function cleanedUp(gate: string, options: SubmitOptions): Promise<JobHandle<unknown>> {
    const { pool } = late.fleet;
    const job = await client.jobs.submit('headstrong', late.fleet.hold(gate), {
      ...options,
      ...{ pool, timeout: '2s', failover: { maxAttempts: 0 } },
    });
    await expect(job.result()).rejects.toMatchObject({ code: 'failover_exhausted' });
    await eventually(async () => {
      const { input, attempts } = await job.get();
      return input === null && attempts.length === 0;
    });
    return job;
  }

  async function readToEnd(session: string): Promise<SessionItem[]> {
    const seen: SessionItem[] = [];
    for await (const item of client.sessions.results(session)) seen.push(item);
    return seen;
  }

  /** The node is done with it, and nobody told it of an error. */
  async function expectNoError(job: JobHandle<unknown>): Promise<void> {
    await late.fleet.logged('late.delivered', { job: job.id, via: 'late' });
    expect(late.fleet.find('late.refused')).toEqual([]);
    expect(
      late.fleet.lines.filter(({ level }) => level === 'error' || Number(level) >= 50),
    ).toEqual([]);
    expect(await late.keptFiles()).toEqual([]);
  }

  test('is judged, without its payload', async () => {
    const job = await cleanedUp('alone', {});
    await late.fleet.open('alone-1');
    expect(await late.fleet.logged('result.late_after_cleanup', { job: job.id })).toMatchObject({
      ...{ epoch: 1, node: 'a', verdict: 'late' },
    });
    expect((await job.get()).results).toMatchObject([{ verdict: 'late', result: undefined }]);
    await expectNoError(job);
  });

  test('fills its slot of a session when that is not released', async () => {
    const { sessions, jobs } = client;
    await sessions.create('call');
    const job = await cleanedUp('slot', { session: { id: 'call', index: 1 } });
    await late.fleet.open('slot-1');
    expect(await late.fleet.logged('result.late_after_cleanup', { job: job.id })).toMatchObject({
      verdict: 'accepted',
    });
    await expectNoError(job);
    const { pool } = late.fleet;
    const session = { id: 'call', index: 0 };
    const first = await jobs.submit('echo', 'hello', { pool, session });
    await sessions.close('call', { count: 2 });
    const seen = await readToEnd('call');
    expect(seen).toMatchObject([
      { index: 0, job: first.id, state: 'succeeded', result: { value: 'hello' } },
      { index: 1, job: job.id, state: 'succeeded', result: { epoch: 1, node: 'a' } },
    ]);
  });

  test('leaves a slot alone that was released before', async () => {
    const { sessions } = client;
    await sessions.create('over');
    const job = await cleanedUp('over', { session: { id: 'over', index: 0 } });
    await late.fleet.open('over-1');
    expect(await late.fleet.logged('result.late_after_cleanup', { job: job.id })).toMatchObject({
      verdict: 'late',
    });
    await expectNoError(job);
    await sessions.close('over', { count: 1 });
    const seen = await readToEnd('over');
    expect(seen).toMatchObject([
      { index: 0, state: 'failed', error: { code: 'failover_exhausted' } },
    ]);
  });
});
