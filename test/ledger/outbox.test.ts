import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { insertIntoOutbox } from '../../src/ledger/enqueue.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import type { ClaimedRow } from '../../src/ledger/outbox-claims.ts';
import {
  claimRows,
  deleteStarted,
  extendClaims,
  killRows,
  releaseRows,
} from '../../src/ledger/outbox-claims.ts';
import {
  countOutbox,
  dropDead,
  findInOutbox,
  listOutbox,
  retryDead,
} from '../../src/ledger/outbox-rows.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

let database: OwnDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});
beforeEach(() => pool.query('truncate holdfast.outbox'));
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const LIMITS = { rows: 200, bytes: 1_000_000, inputBytes: 1_000, claimMs: 30_000 };

async function put(...jobs: { id: string; session?: string; input?: string }[]): Promise<void> {
  await insertIntoOutbox(
    pool,
    jobs.map(({ id, session, input = '1' }) => ({
      ...{ id, kind: 'k', input },
      options: JSON.stringify({
        pool: 'p',
        ...(session === undefined ? {} : { session: { id: session, index: 0 } }),
      }),
    })),
  );
}

async function claim(limits: Partial<typeof LIMITS> = {}): Promise<ClaimedRow[]> {
  return claimRows(pool, { ...LIMITS, ...limits });
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('a claim', () => {
  test('brings rows in their order, each to one relay until it is over', async () => {
    await put({ id: 'a' }, { id: 'b' }, { id: 'c' });
    const [first, second] = await Promise.all([claim({ rows: 2 }), claim({ rows: 2 })]);
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(['a', 'b', 'c']);
    expect(await claim()).toEqual([]);
    expect(first[0]).toMatchObject({ kind: 'k', input: 1, options: { pool: 'p' }, tries: 1 });
    await pool.query(`update holdfast.outbox set claimed_until = now() - interval '1 ms'`);
    expect(idsOf(await claim())).toEqual(['a', 'b', 'c']);
  });

  test('brings a session to one relay at a time, and the others past it', async () => {
    const s = { session: 's' };
    await put({ id: '1', ...s }, { id: '2', ...s }, { id: '3', ...s }, { id: 'other' });
    const first = await claim({ rows: 2 });
    expect(idsOf(first)).toEqual(['1', '2']);
    expect(idsOf(await claim())).toEqual(['other']);
    await deleteStarted(pool, [first[0]!.seq]);
    expect(await claim()).toEqual([]);
    await releaseRows(pool, [{ ...first[1]!, afterMs: 0 }]);
    expect(idsOf(await claim())).toEqual(['2', '3']);
  });

  test('passes over what is dead, in a session too', async () => {
    await put({ id: '1', session: 's' }, { id: '2', session: 's' });
    const [row] = await claim({ rows: 1 });
    await killRows(pool, [{ ...row!, code: 'invalid_input', message: 'no\0' }]);
    expect(idsOf(await claim())).toEqual(['2']);
  });

  test('brings as many bytes as it may, one row at least, and no input that is too large', async () => {
    const text = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const large = { id: 'large', input: text(1_001) };
    await put(large, { id: 'a', input: text(500) }, { id: 'b', input: text(500) });
    const limits = { bytes: 1_200 };
    const first = await claim({ ...limits, bytes: 1 });
    expect(first).toMatchObject([{ id: 'large', input: undefined, inputBytes: 1_001 }]);
    expect(idsOf(await claim({ bytes: 501 }))).toEqual(['a', 'b']);
  });

  test('holds only as long as nobody else has claimed the row', async () => {
    await put({ id: 'a' });
    const [stale] = await claim();
    await pool.query(`update holdfast.outbox set claimed_until = null`);
    const [row] = await claim();
    await killRows(pool, [{ ...stale!, code: 'internal', message: 'stale' }]);
    await releaseRows(pool, [{ ...stale!, afterMs: 0 }]);
    expect(await extendClaims(pool, [stale!], 1)).toEqual([]);
    expect(await extendClaims(pool, [row!], 60_000)).toEqual([row!.seq]);
    expect(await claim()).toEqual([]);
    expect(await countOutbox(pool)).toMatchObject({ waiting: 1, dead: 0 });
  });

  test('that is put back for later is not due before', async () => {
    await put({ id: 'a' });
    await releaseRows(pool, [{ ...(await claim())[0]!, afterMs: 60_000 }]);
    expect(await claim()).toEqual([]);
  });
});

describe('dead rows', () => {
  test('are listed, counted, found, retried and dropped; those that wait are left alone', async () => {
    await put({ id: 'a' }, { id: 'b' }, { id: 'c' });
    const rows = await claim({ rows: 2 });
    await killRows(
      pool,
      rows.map((row) => ({ ...row, code: 'invalid_input', message: 'because' })),
    );
    expect(await countOutbox(pool)).toMatchObject({ waiting: 1, dead: 2 });
    const dead = await listOutbox(pool, { state: 'dead', limit: 10 });
    expect(dead).toMatchObject([
      { id: 'a', pool: 'p', state: 'dead', error: { code: 'invalid_input', message: 'because' } },
      { id: 'b', state: 'dead' },
    ]);
    expect(idsOf(await listOutbox(pool, { state: 'waiting', limit: 10 }))).toEqual(['c']);
    expect(await listOutbox(pool, { kind: 'other', limit: 10 })).toEqual([]);
    expect(await findInOutbox(pool, 'b')).toMatchObject({ state: 'dead' });
    expect(await findInOutbox(pool, 'none')).toBeUndefined();
    expect(idsOf(await retryDead(pool, { ids: ['a', 'c'] }))).toEqual(['a']);
    expect(idsOf(await dropDead(pool, { kind: 'other' }))).toEqual([]);
    expect(idsOf(await dropDead(pool, {}))).toEqual(['b']);
    expect(idsOf(await claim())).toEqual(['a', 'c']);
  });
});

describe('the function holdfast.enqueue', () => {
  async function call(...values: unknown[]): Promise<string> {
    const places = values.map((_, n) => `$${n + 1}`).join(', ');
    const { rows } = await pool.query<{ id: string }>(
      `select holdfast.enqueue(${places}) as id`,
      values,
    );
    return rows[0]!.id;
  }

  test('answers the id, a random one when none is given', async () => {
    expect(await call('k', '{"a": 1}', 'own')).toBe('own');
    const ids = [await call('k', null, null), await call('k', '1', '', '{"session": {"id": "s"}}')];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await claim()).toMatchObject([
      { id: 'own', input: { a: 1 }, options: {}, isComplete: false },
      { id: ids[0], input: null },
      { id: ids[1], session: 's' },
    ]);
  });

  test.each([
    ['kind', [null, '1', 'id']],
    ['kind', ['', '1', 'id']],
    ['kind', ['k\n', '1', 'id']],
    ['id', ['k', '1', 'x'.repeat(201)]],
    ['options', ['k', '1', 'id', '[]']],
    ['options', ['k', '1', 'id', JSON.stringify({ labels: { a: 'x'.repeat(70_000) } })]],
  ])('refuses a wrong %s', async (name, values) => {
    await expect(call(...values)).rejects.toMatchObject({
      code: '22023',
      message: expect.stringMatching(`^${name}: expected `) as string,
    });
    expect(await listOutbox(pool, { limit: 1 })).toEqual([]);
  });
});
