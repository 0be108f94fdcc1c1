import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { clearLockedPorts } from 'get-port';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../../dist/dev/process-alive.js';
import { startPostgresStack, type PostgresStack } from '../../../dist/dev/stack/postgres-stack.js';
import { startPostgres } from '../../../dist/dev/stack/start-postgres.js';
import { eventually } from '../../support/eventually.ts';
import { afterwards, builtModule, Program, temporaryFolder } from '../support.ts';

const isOnPostgres = process.env['HOLDFAST_TEST_STACK'] === 'postgres';

async function start(dataDir: string): Promise<PostgresStack> {
  const stack = await startPostgresStack({ dataDir });
  afterwards(() => stack.stop());
  return stack;
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function client({ temporal }: PostgresStack): Promise<Client> {
  const connection = await Connection.connect({ address: temporal.address });
  afterwards(() => connection.close());
  return new Client({ connection });
}

describe.runIf(isOnPostgres)('the stack on PostgreSQL', () => {
  it('is a ledger, Temporal and its Web UI; all end with stop, and a second start has the data', async () => {
    const dataDir = await temporaryFolder();
    const first = await start(dataDir);
    expect((await fetch(first.webUi!)).status).toBe(200);
    await query(first.databaseUrl, 'create table kept (word text)');
    const { workflow } = await client(first);
    await workflow.start('any', { taskQueue: 'q', workflowId: 'kept' });
    const { pids } = first;
    expect(pids.filter(isProcessAlive)).toHaveLength(3);
    await Promise.all([first.stop(), first.stop()]);
    expect(pids.filter(isProcessAlive)).toEqual([]);

    // As another process: within one, ports are not given twice.
    clearLockedPorts();
    const second = await start(dataDir);
    expect(await query(second.databaseUrl, 'select * from kept')).toEqual([]);
    const { connection } = await client(second);
    // At once, not when the parts of the first server are given up.
    const task = await connection.withDeadline(Date.now() + 10_000, () =>
      connection.workflowService.pollWorkflowTaskQueue({
        namespace: 'default',
        taskQueue: { name: 'q' },
      }),
    );
    expect(task.workflowExecution?.workflowId).toBe('kept');
  });

  it('keeps PostgreSQL to loopback, to those with the password, and away from root', async () => {
    const stack = await start(await temporaryFolder());
    const [settings] = await query<{ listen: string; sockets: string; auth: string }>(
      stack.databaseUrl,
      `select current_setting('listen_addresses') as listen,
              current_setting('unix_socket_directories') as sockets,
              (select string_agg(distinct auth_method, ',') from pg_hba_file_rules) as auth`,
    );
    expect(settings).toEqual({ listen: '127.0.0.1', sockets: '', auth: 'scram-sha-256' });
    const wrong = new URL(stack.databaseUrl);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const status = await readFile(`/proc/${stack.pids[0]}/status`, 'utf8').catch(() => 'Uid:\t1');
    expect(Number(/^Uid:\t(\d+)/m.exec(status)?.[1])).toBeGreaterThan(0);
  });

  it('has Temporal on the same server, and says which server ended by itself', async () => {
    const stack = await start(await temporaryFolder());
    const rows = await query<{ name: string }>(
      stack.databaseUrl,
      'select datname as name from pg_database where not datistemplate order by 1',
    );
    const names = ['holdfast', 'postgres', 'temporal', 'temporal_visibility'];
    expect(rows.map(({ name }) => name)).toEqual(names);
    process.kill(stack.pids[0]!, 'SIGKILL');
    expect(await stack.ended).toMatch(/^PostgreSQL ended by itself \(.*\), see .*postgres\.log$/);
  });

  it('ends when its parent is killed, and starts again on the same data', async () => {
    const dataDir = await temporaryFolder();
    const module = builtModule('stack/postgres-stack.js');
    const program = new Program('stack-parent.mjs', module, dataDir);
    const pids = (await program.says()).split(' ').map(Number);
    expect(pids.every(isProcessAlive)).toBe(true);
    await program.kill();
    await start(dataDir);
    expect(pids.filter(isProcessAlive)).toEqual([]);
  });
});

describe.runIf(isOnPostgres)('PostgreSQL alone', () => {
  it('keeps its data and password over a stop', async () => {
    const dataDir = await temporaryFolder();
    const first = await startPostgres({ dataDir });
    afterwards(() => first.stop());
    await query(first.url, 'create table kept (word text)');
    await first.stop();
    const second = await startPostgres({ dataDir });
    afterwards(() => second.stop());
    expect(await query(second.url, 'select * from kept')).toEqual([]);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  it('is not started twice on one folder', async () => {
    const dataDir = await temporaryFolder();
    const first = await startPostgres({ dataDir });
    afterwards(() => first.stop());
    await expect(startPostgres({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('stops in order, also while a client is connected', async () => {
    const dataDir = await temporaryFolder();
    const postgres = await startPostgres({ dataDir });
    const client = new pg.Client(postgres.url);
    client.on('error', () => undefined);
    await client.connect();
    await postgres.stop();
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('database system is shut down');
    await eventually(() =>
      client.query('select 1').then(
        () => false,
        () => true,
      ),
    );
  });
});
