import type { JobHandle, SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrivalsAfterClose, arrivalsAtJob, resend } from '../support/arrivals.ts';
import { eventually } from '../support/eventually.ts';
import { LateFleet } from '../support/late-fleet.ts';

describe('a late result', () => {
  let late: LateFleet;
  beforeAll(async () => {
    late = await LateFleet.start();
    await Promise.all(['a', 'b', 'c'].map((name) => late.startNode(name)));
  });
  afterAll(() => late.stop());

  /** A job whose first attempt is over time while the second runs. */
  async function straggle(
    kind: 'straggle' | 'headstrong',
    gate: string,
    options: SubmitOptions = {},
  ): Promise<JobHandle<unknown>> {
    const { client, folder, pool } = late.fleet;
    const input = { folder, gate, next: `${gate}-next` };
    const job = await client.jobs.submit(kind, input, { pool, timeout: '4s', ...options });
    await late.started(job, 1);
    await late.started(job, 2);
    return job;
  }

  test('is accepted while the replacement runs, which is told to stop', async () => {
    const job = await straggle('straggle', 'first');
    await late.fleet.open('first');
    const result = await job.result();
    const stopped = await late.fleet.logged('attempt.ended', { job: job.id, epoch: 2 });
    expect(['cancelled', 'not_ours']).toContain(stopped.reason);
    const { node } = await late.started(job, 1);
    expect(result).toEqual({ epoch: 1, node });
    expect(await job.get()).toMatchObject({
      state: 'succeeded',
      attempts: [
        { epoch: 1, node, outcome: 'lost', reason: 'attempt_timeout' },
        { epoch: 2, node: stopped.node, outcome: 'cancelled' },
      ],
      results: [{ epoch: 1, node, verdict: 'accepted', result }],
    });
    expect(late.fleet.find('late.delivered', { job: job.id })).toMatchObject([{ via: 'job' }]);
    expect(await late.keptFiles()).toEqual([]);
  });

  test('is not undone by the result of a replacement that would not stop', async () => {
    const job = await straggle('headstrong', 'deaf');
    await late.fleet.open('deaf-1');
    const result = await job.result();
    expect(result).toMatchObject({ epoch: 1 });
    await eventually(async () => (await late.fleet.marks()).includes(`told-${job.id}-2`));
    await late.fleet.open('deaf-2');
    await late.judged(job, 'accepted 1', 'superseded 2');
    expect(await job.result()).toEqual(result);
    const { node } = await late.started(job, 2);
    expect((await job.get()).results).toMatchObject([
      { epoch: 1, result },
      { epoch: 2, node, result: { epoch: 2, node } },
    ]);
  });

  test('gives way to the replacement when the job asks for that; sent twice, it is a duplicate', async () => {
    const job = await straggle('straggle', 'replace', { reconcile: 'replacement' });
    await late.fleet.open('replace');
    await late.fleet.logged('late.delivered', { job: job.id, via: 'job' });
    const [sent] = await arrivalsAtJob(late.temporal, job.id);
    expect(await resend(late.temporal, sent!)).toEqual({ kind: 'delivered', via: 'job' });
    await late.fleet.open('replace-next');
    // However often the replacement was over time, too.
    const { epoch } = (await job.result()) as { epoch: number };
    expect(epoch).toBeGreaterThan(1);
    await late.judged(job, `accepted ${epoch}`, 'superseded 1', 'duplicate 1');
  });

  test('of the first attempt counts most when the job asks for that', async () => {
    const job = await straggle('headstrong', 'origin', {
      reconcile: 'original',
      failover: { maxAttempts: 20 },
    });
    await late.started(job, 3);
    await late.fleet.open('origin-2');
    await late.fleet.logged('late.delivered', { job: job.id, epoch: 2, via: 'job' });
    expect((await job.get()).state).toBe('open');
    await late.fleet.open('origin-1');
    expect(await job.result()).toMatchObject({ epoch: 1 });
    await late.judged(job, 'accepted 1', 'superseded 2');
  });

  test('is superseded after its job has succeeded without it', async () => {
    const job = await straggle('straggle', 'closed');
    await late.fleet.open('closed-next');
    const result = await job.result();
    const { epoch } = result as { epoch: number };
    await late.fleet.open('closed');
    await late.fleet.logged('late.delivered', { job: job.id, epoch: 1, via: 'late' });
    await late.judged(job, `accepted ${epoch}`, 'superseded 1');
    const sent = await eventually(async () =>
      (await arrivalsAfterClose(late.temporal)).find((each) => each.job === job.id),
    );
    expect(await resend(late.temporal, sent)).toEqual({ kind: 'delivered', via: 'late' });
    await late.judged(job, `accepted ${epoch}`, 'superseded 1', 'duplicate 1');
    // So is the result that the job ended with.
    const [accepted] = await arrivalsAtJob(late.temporal, job.id);
    expect(await resend(late.temporal, accepted!)).toEqual({ kind: 'delivered', via: 'late' });
    await late.judged(
      job,
      `accepted ${epoch}`,
      'superseded 1',
      'duplicate 1',
      `duplicate ${epoch}`,
    );
    expect(await job.result()).toEqual(result);
  });

  test('is late after its job has failed', async () => {
    const { client, pool } = late.fleet;
    const job = await client.jobs.submit('headstrong', late.fleet.hold('failed'), {
      ...{ pool, timeout: '2s' },
      failover: { maxAttempts: 0 },
    });
    await expect(job.result()).rejects.toMatchObject({ code: 'failover_exhausted' });
    await late.fleet.open('failed-1');
    await late.judged(job, 'late 1');
    const { node } = await late.started(job, 1);
    expect(await job.get()).toMatchObject({
      state: 'failed',
      results: [{ verdict: 'late', node, result: { epoch: 1, node } }],
    });
    await expect(job.result()).rejects.toMatchObject({ code: 'failover_exhausted' });
    const sent = await eventually(async () =>
      (await arrivalsAfterClose(late.temporal)).find((each) => each.job === job.id),
    );
    await resend(late.temporal, sent);
    await late.judged(job, 'late 1', 'duplicate 1');
  });

  test('with another token is refused, and does its job no harm', async () => {
    const { client, pool } = late.fleet;
    const job = await client.jobs.submit('hold', late.fleet.hold('token'), { pool });
    await late.started(job, 1);
    const forged = {
      ...{ job: job.id, generation: 1, epoch: 1, node: 'a', startedAt: 1 },
      ...{ token: 'forged', result: 'forged' },
    };
    expect(await resend(late.temporal, forged)).toEqual({ kind: 'delivered', via: 'job' });
    expect(await resend(late.temporal, { ...forged, token: undefined })).toMatchObject({
      via: 'job',
    });
    const refused = { job: job.id, why: 'wrong_token' };
    await eventually(() => late.fleet.find('result.refused', refused).length === 2);
    expect((await job.get()).state).toBe('open');
    await late.fleet.open('token');
    expect(await job.result()).toMatchObject({ epoch: 1 });

    expect(await resend(late.temporal, forged)).toEqual({ kind: 'delivered', via: 'late' });
    await eventually(() => late.fleet.find('result.refused', refused).length === 3);
    await resend(late.temporal, { ...forged, job: 'nobody' });
    await late.fleet.logged('result.refused', { job: 'nobody', why: 'unknown_job' });
    expect(await late.verdictsOn(job)).toEqual(['accepted 1']);
  });
});
