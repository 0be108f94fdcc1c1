import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { sql } from 'drizzle-orm';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { enqueue, enqueueMany } from '../../src/client/enqueue.ts';
import { defineJob } from '../../src/handlers/define-job.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

const greet = defineJob({
  kind: 'greet',
  pool: 'gpu',
  input: z.object({ name: z.string() }),
  timeout: '10s',
  run: ({ name }) => name,
});

// No other test's relay shall start these jobs.
let database: OwnDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

interface Row {
  job_id: string;
  kind: string;
  input: unknown;
  options: unknown;
  is_complete: boolean;
  session_id: string | null;
}

async function rowsOf(...ids: string[]): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    'select * from holdfast.outbox where job_id = any($1) order by seq',
    [ids],
  );
  return rows;
}

describe('enqueue', () => {
  test('puts a job into the caller’s transaction, checked and with its kind’s options', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const id = await enqueue(client, greet, { name: 'Ada\0' }, { session: { id: 's', index: 3 } });
    await client.query('commit');
    client.release();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await rowsOf(id)).toMatchObject([
      {
        ...{ kind: 'greet', input: { name: 'Ada\0' }, is_complete: true, session_id: 's' },
        options: { pool: 'gpu', timeoutMs: 10_000, session: { id: 's', index: 3 } },
      },
    ]);
  });

  test('leaves nothing behind of a transaction that is rolled back', async () => {
    const client = await pool.connect();
    await client.query('begin');
    const id = await enqueue(client, 'greet', null, { pool: 'gpu' });
    await client.query('rollback');
    client.release();
    expect(await rowsOf(id)).toEqual([]);
  });

  test('refuses what a submit refuses, and what is no transaction', async () => {
    const refused = (work: Promise<unknown>, code: string, message: string) =>
      expect(work).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      });
    await refused(
      enqueue(pool, greet, { name: 1 as never }),
      'invalid_input',
      'input of greet: name',
    );
    await refused(enqueue(pool, 'greet', 1, {} as never), 'invalid_input', 'pool');
    await refused(enqueue(pool, greet, { name: 'a' }, { id: '' }), 'invalid_input', 'id');
    const large = { name: 'x'.repeat(2_000_000) };
    await refused(enqueue(pool, greet, large), 'payload_too_large', 'input of greet');
    await refused(enqueue({} as never, greet, { name: 'a' }), 'invalid_input', 'tx');
  });
});

describe('enqueueMany', () => {
  test('puts jobs in by one statement, in their order', async () => {
    const queries: string[] = [];
    const tx = {
      query: (text: string, values: unknown[]) => {
        queries.push(text);
        return pool.query(text, values);
      },
    };
    const items = Array.from({ length: 1_000 }, (_, n) => ({
      input: { name: `"{${n}},\\` },
      id: `many-${n}`,
    }));
    const ids = await enqueueMany(tx, greet, items);
    expect(queries).toHaveLength(1);
    expect(ids).toEqual(items.map(({ id }) => id));
    const rows = await rowsOf(...ids);
    expect(rows.map(({ job_id, input }) => ({ id: job_id, input }))).toEqual(items);
    expect(await enqueueMany(tx, greet, [])).toEqual([]);
  });

  test('puts none in when one is wrong, and names it', async () => {
    const id = randomUUID();
    const items = [{ input: { name: 'a' }, id }, { input: {} as never }];
    await expect(enqueueMany(pool, greet, items)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^items\[1\]\.input of greet: name/) as string,
    });
    expect(await rowsOf(id)).toEqual([]);
  });
});

describe('query builders', () => {
  /** Commits a job, and rolls one back. */
  async function both(transaction: (plan: () => { id: string; fails: boolean }) => Promise<void>) {
    const [kept, undone] = [randomUUID(), randomUUID()];
    await transaction(() => ({ id: kept, fails: false }));
    await expect(transaction(() => ({ id: undone, fails: true }))).rejects.toThrow('undo');
    const rows = await rowsOf(kept, undone);
    expect(rows.map(({ job_id, input }) => [job_id, input])).toEqual([[kept, { name: "O'Hara" }]]);
  }

  test('Kysely', async () => {
    const own = new pg.Pool({ connectionString: database.url });
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: own }) });
    await both(async (plan) => {
      await db.transaction().execute(async (trx) => {
        const tx = {
          query: (text: string, values: unknown[]) =>
            trx.executeQuery(CompiledQuery.raw(text, values)),
        };
        const { id, fails } = plan();
        await enqueue(tx, greet, { name: "O'Hara" }, { id });
        if (fails) throw new Error('undo');
      });
    });
    await db.destroy();
  });

  test('Drizzle', async () => {
    const own = new pg.Pool({ connectionString: database.url });
    const db = drizzle(own);
    await both(async (plan) => {
      await db.transaction(async (trx) => {
        const tx = {
          query: (text: string, values: unknown[]) =>
            trx.execute(
              sql.join(
                text
                  .split(/\$\d+/)
                  .flatMap((part, n) => [
                    sql.raw(part),
                    ...(n < values.length ? [sql.param(values[n])] : []),
                  ]),
              ),
            ),
        };
        const { id, fails } = plan();
        await enqueue(tx, greet, { name: "O'Hara" }, { id });
        if (fails) throw new Error('undo');
      });
    });
    await own.end();
  });

  test('Drizzle, by the SQL function', async () => {
    const own = new pg.Pool({ connectionString: database.url });
    const db = drizzle(own);
    const input = JSON.stringify({ name: "O'Hara" });
    await both(async (plan) => {
      await db.transaction(async (trx) => {
        const { id, fails } = plan();
        await trx.execute(sql`select holdfast.enqueue('greet', ${input}::jsonb, ${id})`);
        if (fails) throw new Error('undo');
      });
    });
    await own.end();
  });
});
