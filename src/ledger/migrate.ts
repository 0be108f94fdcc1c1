import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { HoldfastError } from '../domain/errors.ts';

const DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url));
const OLDEST_SERVER = 150_000;
/** On PGlite each try but the first may lose to another process only once for each migration. */
const MOST_TRIES = 10;

/**
 * Brings the ledger's schema `holdfast` to this version. Safe to call from any number of
 * processes at once.
 *
 * @throws HoldfastError `ledger_schema_newer` when a newer Holdfast migrated it,
 *   `ledger_unavailable` when the server is older than PostgreSQL 15
 */
export async function migrate(pool: pg.Pool): Promise<void> {
  const { isPGlite } = await checkServer(pool);
  for (let tries = 1; (await pendingMigrations(pool)).length > 0; tries += 1) {
    try {
      await applyPending(pool, isPGlite);
    } catch (error) {
      // Without a lock, another process may have been first, with the table of migrations or with
      // one of them: then there is less left to do, or nothing.
      if (!isPGlite || tries === MOST_TRIES) throw error;
    }
  }
}

async function applyPending(pool: pg.Pool, isPGlite: boolean): Promise<void> {
  // Only who migrates pays for it: clients start faster without.
  const { runner } = await import('node-pg-migrate');
  // A connection of its own: a migration, or the wait for another process that migrates, may take
  // longer than the pool gives a query; and the end of the connection frees whatever it locked.
  const client = new pg.Client({ ...pool.options, query_timeout: 0 });
  // Between two statements nobody else hears it, and unheard it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runner({
      dbClient: client,
      dir: DIRECTORY,
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'holdfast',
      createMigrationsSchema: true,
      advisoryLockMode: 'wait',
      // On PGlite all connections are one session, so an advisory lock locks nothing.
      noLock: isPGlite,
      log: () => undefined,
    });
  } finally {
    await client.end();
  }
}

/**
 * Checks that the ledger is there and of this version.
 *
 * @throws HoldfastError `ledger_schema_newer`, or `ledger_unavailable` when it was never migrated
 */
export async function checkSchema(pool: pg.Pool): Promise<void> {
  await checkServer(pool);
  const pending = await pendingMigrations(pool);
  if (pending.length === 0) return;
  throw new HoldfastError(
    'ledger_unavailable',
    `the ledger lacks the migrations ${pending.join(', ')}`,
    { hint: 'start an orchestrator of this version once: it migrates the ledger' },
  );
}

async function checkServer(pool: pg.Pool): Promise<{ isPGlite: boolean }> {
  const { rows } = await pool.query<{ version: string; number: number }>(
    `select version(), current_setting('server_version_num')::int as number`,
  );
  const { version = '', number = 0 } = rows[0] ?? {};
  if (number < OLDEST_SERVER) {
    throw new HoldfastError(
      'ledger_unavailable',
      `expected PostgreSQL 15 or newer, got ${version}`,
    );
  }
  return { isPGlite: version.includes('PGlite') };
}

/** The migrations of this version, in their order. */
export async function knownMigrations(): Promise<string[]> {
  return (await readdir(DIRECTORY))
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -'.sql'.length))
    .sort();
}

async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(pool);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new HoldfastError(
      'ledger_schema_newer',
      `the ledger has the migrations ${unknown.join(', ')}, which this version does not know`,
      { hint: 'run at least the version of Holdfast that last migrated this ledger' },
    );
  }
  return known.filter((name) => !applied.includes(name));
}

/** The migrations that were made on a ledger, in the order in which they were. */
export async function appliedMigrations(pool: pg.Pool): Promise<string[]> {
  const { rows: tables } = await pool.query<{ exists: boolean }>(
    `select to_regclass('holdfast.migrations') is not null as exists`,
  );
  if (tables[0]?.exists !== true) return [];
  const { rows } = await pool.query<{ name: string }>(
    'select name from holdfast.migrations order by id',
  );
  return rows.map(({ name }) => name);
}
