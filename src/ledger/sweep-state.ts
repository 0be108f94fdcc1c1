import type pg from 'pg';

/**
 * The time, in milliseconds since the Unix epoch, before which all workflows that Temporal closed are
 * known to be on record. It goes back when the ledger is restored from a backup.
 */
export async function closedThrough(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ closed_through: Date }>(
    'select closed_through from holdfast.sweep_state',
  );
  return rows[0]?.closed_through.getTime() ?? 0;
}

/** Moves that time on, never back. */
export async function advanceClosedThrough(pool: pg.Pool, to: number): Promise<void> {
  await pool.query(
    `update holdfast.sweep_state
     set closed_through = greatest(closed_through, $1), swept_at = now()`,
    [new Date(to)],
  );
}
