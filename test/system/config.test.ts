import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { HoldfastClient, JobRequest } from 'holdfast';
import { connect, defineJob, enqueue } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startedWith } from '../../dist/client/started-with.js';
import type { LogLine } from '../../dist/dev/holdfast-process.js';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { jobWorkflowId } from '../../dist/domain/ids.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const FILE = `kinds:
  echo: {timeout: 33s, priority: 2, retry: {maxAttempts: 7}}
`;

const echo = defineJob({
  kind: 'echo',
  pool: 'test',
  input: z.unknown(),
  timeout: '11s',
  priority: 4,
  slots: 3,
  run: (value) => value,
});

describe('the options of a kind in holdfast.yaml', () => {
  let fleet: Fleet;
  let client: HoldfastClient;
  let temporal: Client;
  let pool: pg.Pool;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
    const config = join(folder, 'holdfast.yaml');
    await writeFile(config, FILE);
    const temporalAddress = inject('temporalAddress');
    fleet = await Fleet.start({ temporalAddress }, ['--config', config]);
    const { namespace, databaseUrl } = fleet;
    client = await connect({
      temporal: { address: temporalAddress, namespace },
      databaseUrl,
      config,
    });
    const connection = await Connection.connect({ address: temporalAddress });
    temporal = new Client({ connection, namespace });
    pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  });
  afterAll(async () => {
    await pool.end();
    await temporal.connection.close();
    await client.close();
    await fleet.stop();
    await rm(folder, { recursive: true });
  });

  /** What a job's workflow was started with, once it is. */
  const requestOf = (id: string): Promise<JobRequest> =>
    eventually(async () => {
      const workflowId = jobWorkflowId(id, 1);
      const found = await temporal.workflow
        .getHandle(workflowId)
        .describe()
        .catch(() => undefined);
      const place = { address: '', namespace: fleet.namespace };
      const at = { client: temporal, place } as unknown as Parameters<typeof startedWith>[0];
      return found && startedWith(at, found);
    });

  const OVERRIDDEN = { timeoutMs: 33_000, priority: 2, retry: { maxAttempts: 7 } };

  test('go for a submit, but for what it gives itself', async () => {
    const { id } = await client.jobs.submit(echo, 1);
    expect(await requestOf(id)).toMatchObject({ ...OVERRIDDEN, slots: 3 });
    const own = await client.jobs.submit('echo', 1, { pool: fleet.pool, timeout: '44s' });
    expect(await requestOf(own.id)).toMatchObject({ ...OVERRIDDEN, timeoutMs: 44_000 });
    const other = await client.jobs.submit('hold', fleet.hold('x'), { pool: fleet.pool });
    expect(await requestOf(other.id)).not.toHaveProperty('timeoutMs');
  });

  test('go for what is enqueued, by a client without the file and by SQL', async () => {
    const id = await enqueue(pool, echo, 1, { timeout: '44s' });
    const request = await requestOf(id);
    expect(request).toMatchObject({ ...OVERRIDDEN, timeoutMs: 44_000 });
    expect(request).not.toHaveProperty('given');
    const options = JSON.stringify({ pool: fleet.pool, priority: 5 });
    await pool.query('select holdfast.enqueue($1, $2, $3, $4)', [
      ...['echo', '1', 'by-sql', options],
    ]);
    expect(await requestOf('by-sql')).toMatchObject({ ...OVERRIDDEN, priority: 5 });
  });

  test('go for the runs of schedules', async () => {
    const timing = { name: 'hourly', kind: 'echo', pool: fleet.pool, every: '1h' };
    await client.schedules.create({ ...timing, retry: { maxAttempts: 1 } });
    const [plan] = await client.schedules.trigger('hourly');
    expect(await requestOf(plan!.jobId)).toMatchObject({
      ...{ timeoutMs: 33_000, priority: 2, retry: { maxAttempts: 1 } },
    });
  });
});

describe('an orchestrator on standby', () => {
  test.each([
    ['--standby', ['--standby'], {}],
    ['ENABLE_SCHEDULER=off', [], { ENABLE_SCHEDULER: 'off' }],
  ])('by %s needs no server, is ready, and says so', async (_what, flags, env) => {
    const lines: LogLine[] = [];
    const process = HoldfastProcess.start({
      args: ['orchestrator', '--temporal-address', '127.0.0.1:1', ...flags],
      env: { DATABASE_URL: undefined, HOLDFAST_HEALTH_ADDRESS: '127.0.0.1:0', ...env },
      onLog: (line) => lines.push(line),
    });
    try {
      const find = (msg: string) => lines.find((line) => line.msg === msg);
      const { url } = await eventually(() => find('health.listening'));
      expect(find('orchestrator.standby')).toMatchObject({
        why: expect.stringContaining('ENABLE_SCHEDULER') as unknown,
      });
      const ready = await fetch(`${String(url)}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toEqual({ status: 'ready', standby: true });
    } finally {
      await process.stop();
    }
    expect(process.exitCode).toBe(0);
  });
});
