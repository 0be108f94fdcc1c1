import type { JobHandle, SubmitOptions, Swept } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { forget, terminate } from '../support/temporal.ts';

// Temporal may take long to forget a workflow.
vi.setConfig({ testTimeout: 300_000 });

let fleet: Fleet;
let db: pg.Client;

beforeAll(async () => {
  // Sweeps are made by hand here; those of a schedule come at multiples of its interval since 1970.
  const flags = ['--sweep-interval', '3650d'];
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, flags);
  await fleet.startNode('a', ['--slots', '8']);
  db = new pg.Client({ connectionString: fleet.databaseUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await fleet.stop();
});

const submit = (kind: string, input: unknown, options: SubmitOptions = {}) =>
  fleet.client.jobs.submit(kind, input, { ...options, pool: fleet.pool });

async function running(gate: string, options: SubmitOptions = {}): Promise<JobHandle<unknown>> {
  const job = await submit('hold', fleet.hold(gate), options);
  await fleet.logged('attempt.started', { job: job.id });
  return job;
}

const sweep = () => fleet.client.sweep({ olderThan: '0s' });

const of = ({ recoveries }: Swept, { id }: { id: string }) =>
  recoveries.filter(({ job }) => job === id);

test('a job whose workflow was terminated is closed, and who waits for it hears so', async () => {
  const job = await running('never');
  const result = job.result();
  const heard = expect(result).rejects.toMatchObject({ code: 'job_terminated' });
  await terminate(fleet.namespace, jobWorkflowId(job.id));
  expect(of(await sweep(), job)).toMatchObject([{ strategy: 'orphan', generation: 1 }]);
  await heard;
  const view = await job.get();
  expect(view).toMatchObject({ state: 'failed', error: { code: 'job_terminated' } });
  expect(of(await sweep(), job)).toEqual([]);
});

test('a job whose workflow is gone runs again, and its first handle gets the result', async () => {
  const job = await running('again');
  const heard = expect(job.result()).rejects.toMatchObject({ code: 'job_terminated' });
  await terminate(fleet.namespace, jobWorkflowId(job.id));
  await heard;
  await forget(fleet.namespace, jobWorkflowId(job.id));
  const later = job.result();
  expect(of(await sweep(), job)).toMatchObject([{ strategy: 'pending', generation: 1 }]);
  await fleet.open('again');
  expect(await later).toMatchObject({ node: 'a', epoch: 1 });
  expect(await fleet.client.jobs.get(job.id)).toMatchObject({ generation: 2, state: 'succeeded' });
  expect(fleet.find('attempt.started', { job: job.id, generation: 2 })).toHaveLength(1);
  const first = await fleet.client.jobs.get(job.id, { generation: 1 });
  expect(first).toMatchObject({ state: 'cancelled', error: { code: 'job_lost' } });
});

test('a lost job keeps its slot of a session', async () => {
  const session = { id: 'kept', index: 0 };
  const job = await running('kept', { session });
  await terminate(fleet.namespace, jobWorkflowId(job.id));
  await forget(fleet.namespace, jobWorkflowId(job.id));
  expect(of(await sweep(), job)).toMatchObject([{ strategy: 'pending' }]);
  await fleet.open('kept');
  expect(await job.result()).toMatchObject({ epoch: 1 });
  const { slots } = await fleet.client.sessions.get(session.id);
  expect(slots).toMatchObject({ taken: 1, filled: 1, released: 1 });
});

test('a sweep that ended before it started a lost job again leaves that to the next', async () => {
  const job = await submit('echo', 1);
  await job.result();
  await db.query(
    `update holdfast.jobs set state = 'cancelled', error = '{"code": "job_lost", "message": "-"}'
     where id = $1`,
    [job.id],
  );
  expect(of(await sweep(), job)).toMatchObject([{ strategy: 'pending' }]);
  expect(await fleet.client.jobs.result(job.id)).toMatchObject({ value: 1 });
  expect(of(await sweep(), job)).toEqual([]);
});

test('a job past its deadline fails, and its handler is told to stop', async () => {
  const job = await running('late');
  await db.query('update holdfast.jobs set deadline_at = now() where id = $1', [job.id]);
  expect(of(await sweep(), job)).toMatchObject([{ strategy: 'timeout' }]);
  await expect(job.result()).rejects.toMatchObject({ code: 'deadline_exceeded' });
  expect(await fleet.marks()).toContain(`stopped-${job.id}-1`);
});

test('a dispatch on the queue of a node that is gone is placed again', async () => {
  const first = await fleet.startNode('b');
  const isOnline = `select 1 from holdfast.nodes where name = 'b' and state = 'online'`;
  await eventually(async () => (await db.query(isOnline)).rowCount === 1);
  // Nobody watches it any more: its loss goes unnoticed.
  await terminate(fleet.namespace, 'node/b');
  first.signal('SIGKILL');
  await first.ended();
  const job = await submit('echo', 1, { pin: { node: 'b', onOffline: 'fallback' } });
  const isReserved = `select 1 from holdfast.reservations where job_id = $1 and node = 'b'`;
  await eventually(async () => (await db.query(isReserved, [job.id])).rowCount === 1);
  await db.query(
    `update holdfast.reservations set reserved_at = now() - interval '1 minute' where job_id = $1`,
    [job.id],
  );
  await db.query(
    `update holdfast.nodes set state = 'offline', state_since = now() - interval '1 minute'
     where name = 'b'`,
  );
  await eventually(async () => of(await sweep(), job)[0]?.strategy === 'timeout');
  expect(await job.result()).toMatchObject({ node: 'a' });
});

describe('with the ledger of an older backup', () => {
  test('a job that it does not know is recorded with its result', async () => {
    const job = await submit('echo', 'kept');
    await job.result();
    await db.query('delete from holdfast.jobs where id = $1', [job.id]);
    // Temporal's lists are a little late.
    await eventually(async () => of(await sweep(), job)[0]?.strategy === 'orphan');
    const view = await fleet.client.jobs.get(job.id);
    expect(view).toMatchObject({ state: 'succeeded', attemptCount: 1, kind: 'echo' });
    expect(of(await sweep(), job)).toEqual([]);
  });

  test('a job that it has open is closed with its real end', async () => {
    const [good, bad] = [await submit('flaky', { failures: 1 }), await submit('fatal', null)];
    await good.result();
    await expect(bad.result()).rejects.toMatchObject({ code: 'job_failed' });
    for (const { id } of [good, bad]) await reopen(id);
    const swept = await sweep();
    for (const job of [good, bad]) expect(of(swept, job)).toMatchObject([{ strategy: 'orphan' }]);
    expect(await good.get()).toMatchObject({ state: 'succeeded', attemptCount: 2 });
    expect(await bad.get()).toMatchObject({ state: 'failed', error: { code: 'job_failed' } });
  });

  async function reopen(id: string): Promise<void> {
    for (const table of ['results', 'attempts']) {
      await db.query(`delete from holdfast.${table} where job_id = $1`, [id]);
    }
    await db.query(
      `update holdfast.jobs set state = 'open', closed_at = null, error = null, attempt_count = 0
       where id = $1`,
      [id],
    );
  }
});
