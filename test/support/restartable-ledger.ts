import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { inject } from 'vitest';
import { LedgerServer } from '../../dist/dev/ledger-server.js';
import { createDatabase } from './database.ts';
import { isOnPglite } from './own-database.ts';

/** A database of a test's own that can go away and come back with all that it knew. */
export interface RestartableLedger {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  drop(): Promise<void>;
}

/** One of the kind that the tests run on. */
export async function restartableLedger(): Promise<RestartableLedger> {
  return (await isOnPglite()) ? pgliteOnDisk() : onServer(inject('databaseUrl'));
}

/** Its process ends and another one takes its place. */
async function pgliteOnDisk(): Promise<RestartableLedger> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'));
  const onLost = (message: string) => process.stderr.write(`${message}\n`);
  const options = { dataDir, port: await getPort(), ephemeral: false, onLost };
  let server = await LedgerServer.start(options);
  return {
    url: server.databaseUrl,
    stop: () => server.stop(),
    start: async () => {
      server = await LedgerServer.start(options);
    },
    drop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** The server is everybody's: it cuts off the clients of one database and refuses new ones. */
async function onServer(serverUrl: string): Promise<RestartableLedger> {
  const { url, drop } = await createDatabase(serverUrl);
  const name = new URL(url).pathname.slice(1);
  const allow = async (isAllowed: boolean): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(`alter database ${name} allow_connections ${String(isAllowed)}`);
      if (isAllowed) return;
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [name],
      );
    } finally {
      await client.end();
    }
  };
  return { url, drop, stop: () => allow(false), start: () => allow(true) };
}
