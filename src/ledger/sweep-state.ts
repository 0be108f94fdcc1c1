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

/**
 * Names the namespace whose jobs are in this ledger, if none was named before.
 *
 * @param isAdopted take the place of another one
 * @returns the one that is on record
 */
export async function claimNamespace(
  pool: pg.Pool,
  namespace: string,
  isAdopted: boolean,
): Promise<string> {
  await pool.query(
    `update holdfast.sweep_state set namespace = $1
     where namespace is null or ($2 and namespace <> $1)`,
    [namespace, isAdopted],
  );
  const { rows } = await pool.query<{ namespace: string }>(
    'select namespace from holdfast.sweep_state',
  );
  return rows[0]?.namespace ?? namespace;
}

/** The namespace on record, as {@link claimNamespace} takes it; undefined: nobody has claimed it. */
export async function sweptNamespace(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ namespace: string | null }>(
    'select namespace from holdfast.sweep_state',
  );
  return rows[0]?.namespace ?? undefined;
}
