import type { Session } from '../domain/session.ts';

/** A row of `sessions` as {@link SESSION_COLUMNS} selects it. */
export interface SessionRow {
  id: string;
  skip_after_ms: number | null;
  is_strict: boolean;
  cursor: number;
  count: number | null;
  created_at: Date;
  gap_since: Date | null;
  skip_at: Date | null;
  ended_at: Date | null;
}

/** The driver gives a bigint as a text; all of ours are safe as numbers. */
export const SESSION_COLUMNS = `id, skip_after_ms::float8, is_strict, cursor::float8, count::float8,
  created_at, gap_since, skip_at, ended_at`;

/** A session from its row. */
export function sessionOfRow(row: SessionRow): Session {
  return {
    id: row.id,
    skipAfterMs: row.skip_after_ms ?? undefined,
    isStrict: row.is_strict,
    cursor: row.cursor,
    count: row.count ?? undefined,
    createdAt: row.created_at,
    gapSince: row.gap_since ?? undefined,
    skipAt: row.skip_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}
