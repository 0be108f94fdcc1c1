import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { startPostgresStack } from '../../dist/dev/stack/postgres-stack.js';
import { createDatabase } from './database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    databaseUrl: string;
  }
}

/** What a run of the tests needs. */
interface TestServers {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** One Temporal server and one ledger for the whole run. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const isOnPostgres = process.env['HOLDFAST_TEST_STACK'] === 'postgres';
  const servers = await (isOnPostgres ? startStack(dataDir) : startDevServers(dataDir));
  project.provide('temporalAddress', servers.temporalAddress);
  project.provide('databaseUrl', servers.databaseUrl);
  return async () => {
    await servers.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** With `HOLDFAST_TEST_STACK=postgres`: both on this machine's PostgreSQL, as in production. */
async function startStack(dataDir: string): Promise<TestServers> {
  const stack = await startPostgresStack({ dataDir, webUi: false, onProgress: say });
  const { temporal, databaseUrl } = stack;
  return { temporalAddress: temporal.address, databaseUrl, stop: () => stack.stop() };
}

/**
 * The embedded ones. The ledger is PGlite, or, where `TEST_DATABASE_URL` names a PostgreSQL server, a
 * new database on that.
 */
async function startDevServers(dataDir: string): Promise<TestServers> {
  const server = process.env['TEST_DATABASE_URL'];
  const database = server === undefined ? undefined : await createDatabase(server);
  const embedded = await startEmbedded({
    dataDir,
    webUi: false,
    ephemeralLedger: true,
    onProgress: say,
    ...(database === undefined ? {} : { databaseUrl: database.url }),
  });
  const stop = async (): Promise<void> => {
    await embedded.stop();
    await database?.drop();
  };
  return {
    temporalAddress: embedded.temporal.address,
    databaseUrl: embedded.databaseUrl,
    stop,
  };
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
