import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { inject } from 'vitest';
import { LedgerServer } from '../../dist/dev/ledger-server.js';
import { createDatabase } from './database.ts';

/** A database that no other test sees, without the ledger's schema. */
export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** True when the tests run on PGlite, where all connections are one session. */
export async function isOnPglite(): Promise<boolean> {
  const client = new pg.Client({ connectionString: inject('databaseUrl') });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string }>('select version()');
    return rows[0]?.version.includes('PGlite') === true;
  } finally {
    await client.end();
  }
}

/** An empty database of the kind that the tests run on: PGlite in memory, or PostgreSQL. */
export async function ownDatabase(): Promise<OwnDatabase> {
  return (await isOnPglite()) ? pgliteInMemory() : createDatabase(inject('databaseUrl'));
}

/** In a process of its own, as `holdfast dev` has it: PGlite stops the event loop it runs on. */
async function pgliteInMemory(): Promise<OwnDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'));
  const server = await LedgerServer.start({
    dataDir,
    port: await getPort(),
    ephemeral: true,
    onLost: (message) => process.stderr.write(`${message}\n`),
  });
  return {
    url: server.databaseUrl,
    drop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
