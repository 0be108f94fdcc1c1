import { readdir } from 'node:fs/promises';
import { PG_MIGRATE_LOCK_ID } from 'node-pg-migrate';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkSchema, migrate } from '../../src/ledger/migrate.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { eventually } from '../support/eventually.ts';
import { interfereAt } from './cutting-proxy.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { isOnPglite, ownDatabase } from '../support/own-database.ts';
import { opening } from './records.ts';

const files = await readdir(new URL('../../migrations/', import.meta.url));
const names = files.map((file) => file.replace(/\.sql$/, '')).sort();

const isPglite = await isOnPglite();
let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
});

beforeEach(() => pool.query('drop schema if exists holdfast cascade'));

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function applied(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from holdfast.migrations order by id',
  );
  return rows.map(({ name }) => name);
}

describe('migrate', () => {
  it('brings an empty database to this version, by every migration in its order', async () => {
    await migrate(pool);
    expect(await applied()).toEqual(names);
    await checkSchema(pool);
    expect(await openJob(pool, opening())).toEqual({ kind: 'opened' });
  });

  it('keeps everything when it is called again', async () => {
    await migrate(pool);
    const open = opening();
    await openJob(pool, open);
    await migrate(pool);
    expect(await applied()).toEqual(names);
    expect(await openJob(pool, { ...open, runId: 'other' })).toMatchObject({ kind: 'held' });
  });

  it('may be called by many processes at once on an empty database', async () => {
    const pools = Array.from({ length: 5 }, () => createPool(database.url));
    try {
      const done = await Promise.allSettled(pools.map(migrate));
      expect(done).toEqual(pools.map(() => ({ status: 'fulfilled', value: undefined })));
      expect(await applied()).toEqual(names);
    } finally {
      await Promise.all(pools.map((each) => each.end()));
    }
  });

  // Elsewhere a lock keeps the others out.
  it.runIf(isPglite)('goes on when another process made its table in between', async () => {
    const proxy = await interfereAt(database.url, 'CREATE TABLE "holdfast"."migrations"', () =>
      pool.query(
        'create table holdfast.migrations (id serial primary key, name text, run_on timestamp)',
      ),
    );
    const late = createPool(proxy.url);
    onTestFinished(() => late.end().then(() => proxy.close()));
    await migrate(late);
    expect(proxy.count()).toBe(1);
    expect(await applied()).toEqual(names);
  });

  // On PGlite nobody waits for a lock.
  it.skipIf(isPglite)('waits for another process longer than a query may take', async () => {
    const patient = new pg.Pool({ connectionString: database.url, query_timeout: 100 });
    const holder = await pool.connect();
    onTestFinished(async () => {
      holder.release(true);
      await patient.end();
    });
    await holder.query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID]);
    const migrated = migrate(patient);
    await eventually(async () => {
      const { rows } = await pool.query(
        `select 1 from pg_stat_activity where wait_event = 'advisory'
         and datname = current_database() and now() - query_start > interval '300 ms'`,
      );
      return rows.length > 0;
    });
    await holder.query('select pg_advisory_unlock_all()');
    await migrated;
    expect(await applied()).toEqual(names);
  });

  it.skipIf(isPglite)('lets go of its lock when it fails', async () => {
    await pool.query('create schema holdfast; create table holdfast.jobs (mine int)');
    await expect(migrate(pool)).rejects.toThrow('already exists');
    const { rows } = await pool.query(
      `select 1 from pg_locks where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(rows).toEqual([]);
  });

  it('makes nothing outside the schema holdfast', async () => {
    const tables = async () => {
      const { rows } = await pool.query<{ name: string }>(
        `select schemaname || '.' || tablename as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema', 'holdfast')`,
      );
      return rows;
    };
    const before = await tables();
    await migrate(pool);
    expect(await tables()).toEqual(before);
  });

  it('refuses a ledger that a newer version migrated, and leaves it alone', async () => {
    await migrate(pool);
    await pool.query(
      `insert into holdfast.migrations (name, run_on) values ('999999_newer', now())`,
    );
    const error = {
      code: 'ledger_schema_newer',
      message: 'the ledger has the migrations 999999_newer, which this version does not know',
      hint: 'run at least the version of Holdfast that last migrated this ledger',
    };
    await expect(migrate(pool)).rejects.toMatchObject(error);
    await expect(checkSchema(pool)).rejects.toMatchObject(error);
    expect(await applied()).toEqual([...names, '999999_newer']);
  });

  it('leaves nothing behind of a migration that fails half-way, and succeeds when that is mended', async () => {
    await pool.query('create schema holdfast; create table holdfast.session_slots (mine int)');
    const ledger = openLedger(database.url);
    try {
      await expect(ledger.migrate()).rejects.toMatchObject({ code: 'ledger_unavailable' });
      expect(await applied()).toEqual([]);
      const { rows } = await pool.query(`select to_regclass('holdfast.jobs') as jobs`);
      expect(rows).toEqual([{ jobs: null }]);
      await pool.query('drop table holdfast.session_slots');
      await ledger.migrate();
      expect(await applied()).toEqual(names);
    } finally {
      await ledger.close();
    }
  });
});

describe('checkSchema', () => {
  it('refuses a database that was never migrated, names what is missing and says what to do', async () => {
    await expect(checkSchema(pool)).rejects.toMatchObject({
      code: 'ledger_unavailable',
      message: `the ledger lacks the migrations ${names.join(', ')}`,
      hint: 'start an orchestrator of this version once: it migrates the ledger',
    });
  });

  it('makes nothing', async () => {
    await checkSchema(pool).catch(() => undefined);
    const { rows } = await pool.query(`select 1 from pg_namespace where nspname = 'holdfast'`);
    expect(rows).toEqual([]);
  });
});

describe('a call before the first migration', () => {
  it('fails with a hint that says what creates the tables', async () => {
    const ledger = openLedger(database.url);
    try {
      await expect(ledger.findJob('a')).rejects.toMatchObject({
        code: 'ledger_unavailable',
        hint: 'start an orchestrator once: it creates the tables',
      });
    } finally {
      await ledger.close();
    }
  });
});
