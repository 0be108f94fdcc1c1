import type pg from 'pg';
import type { AuditEnd, AuditEntry, AuditStart, Role } from '../domain/access.ts';

/** Which entries to list, the newest first. */
export interface AuditFilter {
  /** The target, or one of the `targets` in the details. */
  readonly target?: string | undefined;
  /** Only entries before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

interface AuditRow {
  id: string;
  at: Date;
  who: string;
  role: Role | null;
  what: string;
  target: string | null;
  details: Readonly<Record<string, unknown>> | null;
  outcome: string;
}

/** Puts a call on record that is about to be made; answers the entry's id. */
export async function startAudit(pool: pg.Pool, start: AuditStart): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into holdfast.audit (who, role, what, target) values ($1, $2, $3, $4) returning id`,
    [start.who, start.role ?? null, start.what, start.target ?? null],
  );
  return Number(rows[0]!.id);
}

/** Puts on record what came of a call; only once. */
export async function endAudit(pool: pg.Pool, id: number, end: AuditEnd): Promise<void> {
  const { outcome, target, details } = end;
  await pool.query(
    `update holdfast.audit set outcome = $2, target = coalesce($3, target), details = $4, targets = $5
     where id = $1 and outcome = 'started'`,
    [
      ...[id, outcome, target ?? null],
      details === undefined ? null : JSON.stringify(details),
      targetsOf(details),
    ],
  );
}

/** What a call about many was about, in a column of its own: PostgreSQL reads no NUL, which ids in JSON may hold. */
function targetsOf(details: AuditEnd['details']): string[] | null {
  const targets: unknown = details?.['targets'];
  if (!Array.isArray(targets)) return null;
  return (targets as readonly unknown[]).filter(
    (each): each is string => typeof each === 'string' && !each.includes('\0'),
  );
}

/** Entries by filter, the newest first. */
export async function listAudit(
  pool: pg.Pool,
  { target, before, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  const { rows } = await pool.query<AuditRow>(
    `select id, at, who, role, what, target, details, outcome from holdfast.audit
     where ($1::text is null or target = $1 or (targets is not null and targets @> array[$1]))
       and ($2::bigint is null or id < $2)
     order by id desc limit $3`,
    [target ?? null, before ?? null, limit],
  );
  return rows.map(({ id, role, target: about, details, ...row }) => ({
    ...row,
    id: Number(id),
    role: role ?? undefined,
    target: about ?? undefined,
    details: details ?? undefined,
  }));
}
