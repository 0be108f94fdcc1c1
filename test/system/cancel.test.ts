import { randomUUID } from 'node:crypto';
import type { JobHandle, SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { forget, terminate } from '../support/temporal.ts';

const GRACE = '8s';

describe('a cancelled job', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    await fleet.startNode('a', ['--slots', '8', '--cancel-grace', GRACE]);
  });
  afterAll(() => fleet.stop());

  const submit = (kind: string, input: unknown, options: SubmitOptions = {}) =>
    fleet.client.jobs.submit(kind, input, { pool: fleet.pool, ...options });
  const inPhase = (job: JobHandle<unknown>, phase: string) =>
    eventually(async () => (await job.get()).live?.phase === phase);
  const started = async (job: JobHandle<unknown>) => {
    await fleet.logged('attempt.started', { job: job.id });
    await inPhase(job, 'running');
  };
  const ended = { requested: true, state: 'cancelled' };

  test('that is queued ends at once', async () => {
    const job = await submit('echo', 1, { pool: 'nobody' });
    await inPhase(job, 'queued');
    expect(await job.cancel({ wait: '10s' })).toEqual(ended);
    expect(await job.cancel()).toEqual({ requested: false, state: 'cancelled' });
  });

  test('that waits for a node ends at once, and waits no more', async () => {
    const job = await submit('echo', 1, { pin: { node: 'absent' } });
    await inPhase(job, 'waiting');
    expect(await job.cancel({ wait: '10s' })).toEqual(ended);
    const { jobs } = await fleet.client.jobs.pending();
    expect(jobs.filter(({ id }) => id === job.id)).toEqual([]);
  });

  test('that waits for its retry ends at once', async () => {
    const retry = { backoff: ['1h', '1h'] as const };
    const job = await submit('flaky', { failures: 9 }, { retry });
    await inPhase(job, 'waiting');
    expect(await job.cancel({ wait: '10s' })).toEqual(ended);
  });

  test('that waits for its turn ends at once', async () => {
    const id = randomUUID();
    await fleet.client.sessions.create(id, { concurrency: 1 });
    const job = await submit('echo', 1, { session: { id, index: 1 } });
    await inPhase(job, 'waiting');
    expect(await job.cancel({ wait: '10s' })).toEqual(ended);
  });

  test('that runs ends when its handler has', async () => {
    const job = await submit('hold', fleet.hold('never'));
    await started(job);
    expect(await job.cancel({ wait: '10s' })).toEqual(ended);
    expect(await fleet.marks()).toContain(`stopped-${job.id}-1`);
  });

  test('whose handler ignores its signal tells so, and ends with its thread', async () => {
    const job = await submit('stubborn', fleet.hold('never'));
    await started(job);
    expect(await job.cancel({ wait: '1s' })).toEqual({
      requested: true,
      state: 'open',
      stillRunning: {
        node: 'a',
        epoch: 1,
        why: expect.stringContaining('its handler on node a has been told to stop') as string,
      },
    });
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    const { stdout } = await runHoldfast(['jobs', 'cancel', job.id, '--wait'], { env });
    expect(stdout).toBe(`job ${job.id} has ended: cancelled\n`);
  });

  test.each([
    ['was ended by force', terminate],
    ['is gone', forget],
  ])('whose workflow %s is closed at once', async (_, end) => {
    const job = await submit('hold', fleet.hold('never'));
    await started(job);
    await end(fleet.namespace, `job/${job.id}`);
    expect(await fleet.client.jobs.cancel(job.id)).toEqual(ended);
    expect(await job.get()).toMatchObject({ state: 'cancelled' });
  });
});

describe('a cancelled job on a node that froze', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  });
  afterAll(() => fleet.stop());

  const frozenWith = async (name: string, options: SubmitOptions, lease: string) => {
    const node: HoldfastProcess = await fleet.startNode(name, ['--pool', name, '--lease', lease]);
    await fleet.logged('node.lease_held', { from: name });
    const how = { pool: name, ...options };
    const job = await fleet.client.jobs.submit('hold', fleet.hold('never'), how);
    await fleet.logged('attempt.started', { job: job.id });
    await eventually(async () => (await job.get()).live?.phase === 'running');
    node.signal('SIGSTOP');
    return job;
  };

  test('ends after its heartbeat timeout, though the lease lasts', async () => {
    const job = await frozenWith('f1', { heartbeat: '3s', timeout: '10m' }, '10m');
    expect(await job.cancel({ wait: '15s' })).toEqual({ requested: true, state: 'cancelled' });
  });

  test('ends with the lease of its node where that is all it lives by', async () => {
    const job = await frozenWith('f2', { heartbeat: 'lease', timeout: '10m' }, '4s');
    expect(await job.cancel({ wait: '20s' })).toEqual({ requested: true, state: 'cancelled' });
  });

  test('is told to be there still, and why', async () => {
    const job = await frozenWith('f3', { heartbeat: '30s', timeout: '10m' }, '10m');
    const { stillRunning } = await job.cancel({ wait: '8s' });
    expect(stillRunning).toMatchObject({ node: 'f3', epoch: 1 });
    expect(stillRunning?.why).toContain('node f3 does not answer');
  });
});
