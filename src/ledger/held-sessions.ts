import type pg from 'pg';
import type { SessionFacts } from '../domain/doctor/session-findings.ts';

/** Sessions in which results wait behind an index, by the database's clock. */
export async function heldSessions(pool: pg.Pool, limit: number): Promise<SessionFacts> {
  const { rows } = await pool.query<{
    id: string;
    index: number;
    held_ms: number;
    skips_in_ms: number | null;
    held: number;
  }>(
    `select id, (cursor + 1)::float8 as index,
       (extract(epoch from clock_timestamp() - gap_since) * 1000)::float8 as held_ms,
       (extract(epoch from skip_at - clock_timestamp()) * 1000)::float8 as skips_in_ms,
       count(*) over ()::float8 as held
     from holdfast.sessions where gap_since is not null
     order by gap_since, id limit $1`,
    [limit],
  );
  return {
    held: rows[0]?.held ?? 0,
    longest: rows.map((row) => ({
      id: row.id,
      index: row.index,
      heldMs: row.held_ms,
      skipsInMs: row.skips_in_ms ?? undefined,
    })),
  };
}
