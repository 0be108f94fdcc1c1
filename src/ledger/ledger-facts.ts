import type pg from 'pg';
import type { ClockReading } from '../domain/doctor/clock-findings.ts';
import { readClock } from '../domain/doctor/clock-findings.ts';
import type { LedgerFacts } from '../domain/doctor/ledger-findings.ts';
import { appliedMigrations, knownMigrations } from './migrate.ts';

/** What a ledger says of itself, whatever its schema and its version are. */
export async function ledgerFacts(pool: pg.Pool, address: string): Promise<LedgerFacts> {
  // The first query connects: that is not what a job waits for.
  const { rows } = await pool.query<{ version: string; number: number }>(
    `select version(), current_setting('server_version_num')::int as number`,
  );
  const before = performance.now();
  const applied = await appliedMigrations(pool);
  const answerMs = performance.now() - before;
  const { version = '', number = 0 } = rows[0] ?? {};
  return {
    address,
    version,
    versionNumber: number,
    isPglite: version.includes('PGlite'),
    answerMs,
    applied,
    known: await knownMigrations(),
  };
}

/** The clock of the ledger, beside this machine's. */
export async function readLedgerClock(pool: pg.Pool): Promise<ClockReading> {
  const before = Date.now();
  const { rows } = await pool.query<{ now: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  return readClock(rows[0]!.now, before, Date.now());
}
