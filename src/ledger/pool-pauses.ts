import type pg from 'pg';
import type { PoolPause } from '../domain/storm.ts';
import type { Queryable } from './pool.ts';

type PauseRow = Omit<PoolPause, 'until'> & { until: Date };

/** The pauses in force, in the order of their pool. */
export async function poolPauses(pool: pg.Pool): Promise<PoolPause[]> {
  const { rows } = await pool.query<PauseRow>(
    `select pool, until, why, lost from holdfast.pool_pauses where until > now() order by pool`,
  );
  return rows.map(pauseOfRow);
}

/** The pause of a pool, while it is in force. */
export async function findPause(db: Queryable, pool: string): Promise<PoolPause | undefined> {
  const { rows } = await db.query<PauseRow>(
    `select pool, until, why, lost from holdfast.pool_pauses where pool = $1 and until > now()`,
    [pool],
  );
  return rows.map(pauseOfRow)[0];
}

/** Pauses the failover of a pool, in the stead of any earlier pause. */
export async function setPause(db: Queryable, pause: PoolPause): Promise<void> {
  await db.query(
    `insert into holdfast.pool_pauses (pool, until, why, lost) values ($1, $2, $3, $4)
     on conflict (pool) do update
     set until = excluded.until, why = excluded.why, lost = excluded.lost`,
    [pause.pool, new Date(pause.until), pause.why, pause.lost],
  );
}

/** Ends the pause of a pool. Answers false when none was in force. */
export async function resumePool(pool: pg.Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'delete from holdfast.pool_pauses where pool = $1 and until > now()',
    [name],
  );
  return rowCount === 1;
}

function pauseOfRow({ until, ...pause }: PauseRow): PoolPause {
  return { ...pause, until: until.getTime() };
}
