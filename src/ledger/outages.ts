import type pg from 'pg';
import { inTransaction } from './pool.ts';

/** A time without Temporal, in milliseconds since the Unix epoch. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

const KEPT = 100;

/**
 * Puts an outage on record, as one with those that it touches: every orchestrator sees it. The newest
 * 100 are kept.
 */
export async function recordOutage(pool: pg.Pool, { from, to }: Outage): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // One at a time: two at once would not see that they touch.
    await tx.query('lock table holdfast.outages in share row exclusive mode');
    await tx.query(
      `with touched as (
         delete from holdfast.outages where began_at <= $2 and ended_at >= $1
         returning began_at, ended_at
       )
       insert into holdfast.outages (began_at, ended_at)
       select least($1::timestamptz, min(began_at)), greatest($2::timestamptz, max(ended_at))
       from touched`,
      [new Date(from), new Date(to)],
    );
    await tx.query(
      `delete from holdfast.outages where began_at in
         (select began_at from holdfast.outages order by ended_at desc offset $1)`,
      [KEPT],
    );
  });
}

/** The outage that ended last, or undefined. */
export async function lastOutage(pool: pg.Pool): Promise<Outage | undefined> {
  const { rows } = await pool.query<{ began_at: Date; ended_at: Date }>(
    'select began_at, ended_at from holdfast.outages order by ended_at desc limit 1',
  );
  return rows.map((row) => ({ from: row.began_at.getTime(), to: row.ended_at.getTime() }))[0];
}
