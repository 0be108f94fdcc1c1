import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { createDatabase } from './database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    databaseUrl: string;
  }
}

/**
 * One Temporal server and one ledger for the whole run. The ledger is PGlite, or, where
 * `TEST_DATABASE_URL` names a PostgreSQL server, a new database on that.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const server = process.env['TEST_DATABASE_URL'];
  const database = server === undefined ? undefined : await createDatabase(server);
  const embedded = await startEmbedded({
    dataDir,
    webUi: false,
    ephemeralLedger: true,
    onProgress: (message) => process.stderr.write(`${message}\n`),
    ...(database === undefined ? {} : { databaseUrl: database.url }),
  });
  project.provide('temporalAddress', embedded.temporal.address);
  project.provide('databaseUrl', embedded.databaseUrl);
  return async () => {
    await embedded.stop();
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
