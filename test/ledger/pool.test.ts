import fc from 'fast-check';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createPool, inTransaction, maskPassword } from '../../src/ledger/pool.ts';
import { unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
afterAll(() => pool.end());

describe('createPool', () => {
  it.each([
    ['', ''],
    ['localhost:5432', 'localhost:5432'],
    ['postgres:/ada:s3cret@host/app', 'postgres:/ada:***@host/app'],
    ['mysql://ada:s3cret@host/app', 'mysql://ada:***@host/app'],
    ['postgres://ada:s3cret@host:port/app', 'postgres://ada:***@host:port/app'],
    ['postgres://ada:s3/cret@host/app', 'postgres://ada:***@host/app'],
    ['ada:s3cret@host/app', 'ada:***@host/app'],
    ['host=db user=ada password=s3cret', 'host=db user=ada password=***'],
    ["host=db password='s3 cret' user=ada", 'host=db password=*** user=ada'],
  ])('refuses %j, masks what may be a password, and says what to write', (databaseUrl, shown) => {
    expect(() => openLedger(databaseUrl)).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: `DATABASE_URL: expected postgres://user:password@host:port/database, got ${JSON.stringify(shown)}`,
        hint: 'percent-encode what is special in the user or the password',
      }),
    );
  });

  it.each(['postgres://h/d', 'postgresql://u:p@h:5432/d?sslmode=disable', 'postgres:///d'])(
    'takes %s and connects to nothing before the first query',
    async (databaseUrl) => {
      const lazy = createPool(databaseUrl);
      expect(lazy.totalCount).toBe(0);
      await lazy.end();
    },
  );
});

describe('maskPassword', () => {
  it.each([
    ['postgres://ada:s3cret@host:5432/app', 'postgres://ada:***@host:5432/app'],
    ['postgres://ada:s3@cret@host/app', 'postgres://ada:***@host/app'],
    ['postgres://ada:@host/app', 'postgres://ada:@host/app'],
    ['postgres://:s3cret@host/app', 'postgres://:***@host/app'],
    ['postgres://ada@host/app', 'postgres://ada@host/app'],
    ['postgres://host:5432/app', 'postgres://host:5432/app'],
    ['postgres://ada:12/s3cret@host/app', 'postgres://ada:***@host/app'],
    ['postgres://ada:s3@c?r#et@host/app', 'postgres://ada:***@host/app'],
    ['postgres://host/app?user=ada&password=s3cret', 'postgres://host/app?user=ada&password=***'],
    ['postgres://host/app?password=s3cret&user=ada', 'postgres://host/app?password=***&user=ada'],
  ])('makes of %s %s', (databaseUrl, masked) => {
    expect(maskPassword(databaseUrl)).toBe(masked);
  });

  it('shows no part of any password', () => {
    const password = fc.string({ unit: 'grapheme-ascii' }).map((text) => `s3cret${text}s3cret`);
    const encoded = password.map(encodeURIComponent);
    const text = fc.oneof(
      fc.oneof(password, encoded).map((secret) => `postgres://ada:${secret}@host:5432/app`),
      encoded.map((secret) => `postgres://host/app?password=${secret}`),
    );
    fc.assert(
      fc.property(text, (databaseUrl) => {
        expect(maskPassword(databaseUrl)).not.toContain('s3cret');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('inTransaction', () => {
  const table = unique('t').replaceAll('-', '_');
  const names = async () => {
    const { rows } = await pool.query<{ name: string }>(`select name from ${table} order by name`);
    return rows.map(({ name }) => name);
  };

  it('keeps what a work that resolves has written, and nothing of one that rejects', async () => {
    await pool.query(`create table ${table} (name text unique)`);
    const write = (name: string, then: () => unknown) =>
      inTransaction(pool, async (tx) => {
        await tx.query(`insert into ${table} values ($1)`, [name]);
        return then();
      });
    expect(await write('kept', () => 5)).toBe(5);
    const boom = new Error('boom');
    await expect(write('lost', () => Promise.reject(boom))).rejects.toBe(boom);
    await expect(write('kept', () => 5)).rejects.toMatchObject({ code: '23505' });
    expect(await names()).toEqual(['kept']);
    await pool.query(`drop table ${table}`);
  });

  it.each(['40P01', '40001'])('begins again what PostgreSQL ended by %s', async (code) => {
    let tries = 0;
    const clash = (times: number) =>
      inTransaction(pool, async (tx) => {
        if (++tries <= times) {
          await tx.query(`do $$ begin raise exception using errcode = '${code}'; end $$`);
        }
        return tries;
      });
    expect(await clash(2)).toBe(3);
    tries = 0;
    await expect(clash(99)).rejects.toMatchObject({ code });
    expect(tries).toBe(5);
  });

  it('gives its connection back either way', async () => {
    const small = createPool(inject('databaseUrl'));
    try {
      for (let i = 0; i < 12; i += 1) {
        await inTransaction(small, () => Promise.reject(new Error('boom'))).catch(() => undefined);
        await inTransaction(small, (tx) => tx.query('select 1'));
      }
      expect([small.totalCount, small.idleCount]).toEqual([1, 1]);
    } finally {
      await small.end();
    }
  });
});
