import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { whyNoGo } from '../../dist/dev/go-toolchain.js';
import { Fleet } from '../support/fleet.ts';
import type { Ending } from './foreign-client-program.ts';
import { buildForeignClient, queryStatus, submit } from './foreign-client-program.ts';

const noGo = await whyNoGo();
const isSkipped = noGo !== undefined && process.env['CI'] !== 'true';
if (isSkipped) process.stderr.write(`the test of a client in Go is skipped: ${noGo}\n`);

describe.skipIf(isSkipped)('a client in another language, by docs/contract.md alone', () => {
  let folder: string;
  let program: string;
  let fleet: Fleet;
  const submitJob = (id: string, request: object): Promise<Ending> =>
    submit(program, place(), id, request);
  const place = () => ({ address: inject('temporalAddress'), namespace: fleet.namespace });

  beforeAll(async () => {
    if (noGo !== undefined) throw new Error(noGo);
    folder = await mkdtemp(join(tmpdir(), 'holdfast-foreign-'));
    program = await buildForeignClient(folder);
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await fleet.startNode('a', ['--slots', '4']);
    // Go downloads its modules and compiles the SDK once.
  }, 900_000);
  afterAll(async () => {
    await fleet?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test('starts a job with kind, pool and input, and gets its result', async () => {
    const id = randomUUID();
    const input = { text: 'from Go: Ünïcode', list: [1, 2.5, null] };
    const ending = await submitJob(id, { kind: 'echo', pool: fleet.pool, input });
    expect(ending).toEqual({ result: { value: input, node: 'a', epoch: 1 } });
    expect(await fleet.client.jobs.get(id)).toMatchObject({
      state: 'succeeded',
      kind: 'echo',
      pool: fleet.pool,
      input,
    });
    const { jobs } = await fleet.client.jobs.list({ kind: 'echo', pool: fleet.pool });
    expect(jobs.map((job) => job.id)).toContain(id);
  });

  test('gets the first result when it submits an id again', async () => {
    const id = randomUUID();
    const first = await submitJob(id, { kind: 'echo', pool: fleet.pool, input: 'first' });
    const second = await submitJob(id, { kind: 'echo', pool: fleet.pool, input: 'second' });
    expect(second).toEqual(first);
    expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
  });

  test('may set every field of the request', async () => {
    const session = { id: randomUUID(), index: 0 };
    const ending = await submitJob(randomUUID(), {
      kind: 'flaky',
      pool: fleet.pool,
      input: { failures: 1 },
      timeoutMs: 30_000,
      heartbeatMs: 4_000,
      failover: { maxAttempts: 0 },
      retry: { maxAttempts: 2, initialMs: 10, maxMs: 10, nonRetryable: ['TypeError'] },
      session,
      reconcile: 'original',
      horizonMs: 60_000,
    });
    expect(ending).toEqual({ result: { epoch: 2 } });
    const results = [];
    const released = fleet.client.sessions.results(session.id, { follow: false });
    for await (const result of released) results.push(result);
    expect(results).toMatchObject([{ index: 0, state: 'succeeded' }]);
  });

  test('sees why a job failed: the code as the type, the error as the first detail', async () => {
    const ending = await submitJob(randomUUID(), {
      kind: 'flaky',
      pool: fleet.pool,
      input: { failures: 9 },
      retry: { maxAttempts: 1 },
    });
    expect(ending).toMatchObject({
      code: 'job_failed',
      message: 'failure 1',
      detail: { code: 'job_failed', message: 'failure 1', name: 'RangeError' },
    });
  });

  test('is told the first wrong field of a request', async () => {
    const id = randomUUID();
    const ending = await submitJob(id, { kind: 'echo', pool: fleet.pool, timeoutMs: -1 });
    expect(ending.code).toBe('invalid_input');
    expect(ending.message).toContain('timeoutMs: expected a whole number from 1');
    await expect(fleet.client.jobs.result(id)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('queries where a job is, and is told of its cancellation', async () => {
    const id = randomUUID();
    const ending = submitJob(id, { kind: 'hold', pool: fleet.pool, input: fleet.hold('never') });
    await fleet.logged('attempt.started', { job: id });
    expect(await queryStatus(program, place(), id)).toMatchObject({
      phase: { kind: 'dispatched', epoch: 1, queue: `pool/${fleet.pool}` },
      epoch: 1,
      counts: { losses: 0, failures: 0, refusals: 0 },
      attempts: [],
    });
    await fleet.client.jobs.cancel(id);
    expect(await ending).toEqual({ code: 'job_cancelled' });
  });
});
