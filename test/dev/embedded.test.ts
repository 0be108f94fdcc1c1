import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startEmbedded, type Embedded, type EmbeddedOptions } from '../../dist/dev/embedded.js';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';
import { isProcessAlive } from '../../dist/dev/process-alive.js';
import { eventually } from '../support/eventually.ts';
import { afterwards, builtModule, Program, temporaryFolder } from './support.ts';

const ANY_PORTS = { temporal: 0, webUi: 0, ledger: 0 };

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const dataDir = await temporaryFolder();
  const embedded = await startEmbedded({
    dataDir,
    ports: ANY_PORTS,
    webUi: false,
    ephemeralLedger: true,
    ...options,
  });
  afterwards(() => embedded.stop());
  return embedded;
}

async function client(address: string, namespace: string): Promise<Client> {
  const connection = await Connection.connect({ address });
  afterwards(() => connection.close());
  return new Client({ connection, namespace });
}

async function children(dataDir: string): Promise<number[]> {
  const lock = JSON.parse(await readFile(join(dataDir, 'lock'), 'utf8')) as { children: number[] };
  return lock.children;
}

describe('embedded servers', () => {
  it('are a Temporal server, a Web UI and a PostgreSQL, and all end with stop', async () => {
    const dataDir = await temporaryFolder();
    const embedded = await start({ dataDir, webUi: true, namespace: 'mine' });
    const temporal = await client(embedded.temporal.address, 'mine');
    await temporal.workflow.start('any', { taskQueue: 'q', workflowId: 'w' });
    expect((await fetch(embedded.webUi!)).status).toBe(200);
    const database = new pg.Client(embedded.databaseUrl);
    await database.connect();
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await database.end();

    const pids = await children(dataDir);
    expect(pids.filter(isProcessAlive)).toHaveLength(pids.length);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    await Promise.all([embedded.stop(), embedded.stop()]);
    expect(pids.filter(isProcessAlive)).toEqual([]);
    await expect(fetch(embedded.webUi!)).rejects.toThrow();
    await expect(readFile(join(dataDir, 'lock'))).rejects.toThrow('ENOENT');
  });

  it('have the shipped settings', async () => {
    const { temporal } = await start();
    const { connection } = await client(temporal.address, 'default');
    const { namespaceInfo } = await connection.workflowService.describeNamespace({
      namespace: 'default',
    });
    // Off by default; what frontend.enableCancelWorkerPollsOnShutdown switches on.
    expect(namespaceInfo?.capabilities?.workerPollCompleteOnShutdown).toBe(true);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'keep workflows over a restart by %s',
    async (signal) => {
      const embedded = await start();
      const { address, namespace, pid } = embedded.temporal;
      const temporal = await client(address, namespace);
      await temporal.workflow.start('any', { taskQueue: 'q', workflowId: 'kept' });
      await embedded.restartTemporal(signal);
      expect(embedded.temporal.address).toBe(address);
      expect(embedded.temporal.pid).not.toBe(pid);
      expect(isProcessAlive(pid!)).toBe(false);
      const again = await client(address, namespace);
      expect((await again.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    },
  );

  it('say when the Temporal server ends by itself', async () => {
    const said: string[] = [];
    const { temporal } = await start({ onProgress: (message) => said.push(message) });
    process.kill(temporal.pid!, 'SIGKILL');
    await eventually(() => said.some((message) => /server ended by itself/.test(message)));
  });

  it('all end when their parent is killed', async () => {
    const dataDir = await temporaryFolder();
    const program = new Program('embedded-parent.mjs', builtModule('embedded.js'), dataDir);
    const pids = (await program.says()).split(' ').map(Number);
    expect(pids.every(isProcessAlive)).toBe(true);
    await program.kill();
    await eventually(() => !pids.some(isProcessAlive));
  });

  it('start at once on the data of a parent that was killed', async () => {
    const dataDir = await temporaryFolder();
    const program = new Program('embedded-parent.mjs', builtModule('embedded.js'), dataDir);
    await program.says();
    await program.kill();
    const embedded = await start({ dataDir, ephemeralLedger: false });
    expect(embedded.temporal.pid).toBeDefined();
  });

  it('are not started twice on one folder', async () => {
    const dataDir = await temporaryFolder();
    await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
  });

  it('that the caller brings are neither started nor stopped', async () => {
    const given = {
      temporal: { address: 'temporal.test:7233' },
      databaseUrl: 'postgres://db.test/x',
    };
    const embedded = await start(given);
    expect(embedded.temporal).toEqual({
      address: 'temporal.test:7233',
      namespace: 'default',
      pid: undefined,
    });
    expect(embedded).toMatchObject({ databaseUrl: 'postgres://db.test/x', webUi: undefined });
    await expect(embedded.restartTemporal()).rejects.toThrow('not an embedded one');
    await expect(embedded.stopLedger()).rejects.toThrow('not an embedded one');
  });
});

describe('ensuring a namespace', () => {
  it('makes it usable at once, keeps closed workflows for seven days, and again has no effect', async () => {
    const { temporal } = await start();
    await Promise.all([
      ensureNamespace(temporal.address, 'new'),
      ensureNamespace(temporal.address, 'new'),
    ]);
    const { workflow, connection } = await client(temporal.address, 'new');
    await workflow.start('any', { taskQueue: 'q', workflowId: 'w' });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'new' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 24 * 3600);
  });
});
