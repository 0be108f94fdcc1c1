import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import type { Outage } from '../../src/ledger/outages.ts';
import { lastOutage, recordOutage } from '../../src/ledger/outages.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { AT } from './records.ts';

// Of its own: there is one list of outages for all.
let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
});

beforeEach(() => pool.query('delete from holdfast.outages'));

afterAll(async () => {
  await pool.end();
  await database.drop();
});

const outage = (from: number, to: number): Outage => ({ from: AT + from, to: AT + to });

async function stored(): Promise<Outage[]> {
  const { rows } = await pool.query<{ began_at: Date; ended_at: Date }>(
    'select began_at, ended_at from holdfast.outages order by began_at',
  );
  return rows.map((row) => ({ from: row.began_at.getTime(), to: row.ended_at.getTime() }));
}

describe('recordOutage', () => {
  it('keeps outages apart that do not touch', async () => {
    for (const [from, to] of [
      [10, 20],
      [30, 30],
      [0, 9],
    ] as const) {
      await recordOutage(pool, outage(from, to));
    }
    expect(await stored()).toEqual([outage(0, 9), outage(10, 20), outage(30, 30)]);
  });

  it.each([
    ['the same', outage(10, 20), outage(10, 20)],
    ['an inner', outage(12, 18), outage(10, 20)],
    ['an outer', outage(5, 25), outage(5, 25)],
    ['an earlier', outage(5, 10), outage(5, 20)],
    ['a later', outage(20, 25), outage(10, 25)],
  ])('makes one of two when %s one touches the first', async (_, second, both) => {
    await recordOutage(pool, outage(10, 20));
    await recordOutage(pool, second);
    expect(await stored()).toEqual([both]);
  });

  it('makes one of many that another one spans', async () => {
    for (const from of [0, 10, 20, 40]) await recordOutage(pool, outage(from, from + 1));
    await recordOutage(pool, outage(5, 25));
    expect(await stored()).toEqual([outage(0, 1), outage(5, 25), outage(40, 41)]);
  });

  it('makes one of those that come at once', async () => {
    const seen = Array.from({ length: 8 }, (_, i) => outage(i, 100 + i));
    await Promise.all(seen.map((each) => recordOutage(pool, each)));
    expect(await stored()).toEqual([outage(0, 107)]);
  });

  it('keeps the newest hundred', async () => {
    for (let i = 0; i < 103; i += 1) await recordOutage(pool, outage(i * 10, i * 10 + 1));
    const kept = await stored();
    expect(kept).toHaveLength(100);
    expect(kept[0]).toEqual(outage(30, 31));
    expect(kept.at(-1)).toEqual(outage(1_020, 1_021));
  });

  it('keeps each moment of every outage, in rows that do not touch', async () => {
    const spans = fc.array(fc.tuple(fc.nat(40), fc.nat(6)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(spans, async (given) => {
        await pool.query('delete from holdfast.outages');
        const seen = given.map(([from, length]) => outage(from, from + length));
        for (const each of seen) await recordOutage(pool, each);
        const rows = await stored();
        for (const { from, to } of seen) {
          expect(rows.some((row) => row.from <= from && row.to >= to)).toBe(true);
        }
        for (const [i, row] of rows.slice(1).entries()) {
          expect(row.from).toBeGreaterThan(rows[i]?.to ?? Infinity);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('refuses an end before the beginning', async () => {
    await expect(recordOutage(pool, outage(1, 0))).rejects.toMatchObject({ code: '23514' });
  });
});

describe('lastOutage', () => {
  it('gives the one that ended last, to the millisecond, or none', async () => {
    expect(await lastOutage(pool)).toBeUndefined();
    for (const from of [0, 40, 20]) await recordOutage(pool, outage(from, from + 7));
    expect(await lastOutage(pool)).toEqual(outage(40, 47));
  });
});
