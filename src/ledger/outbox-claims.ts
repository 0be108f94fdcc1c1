import type pg from 'pg';
import type { Json } from '../domain/json.ts';

/** A claim of a row: it holds as long as nobody else has claimed the row since. */
export interface OutboxClaim {
  readonly seq: number;
  /** Which claim of the row it is. */
  readonly tries: number;
}

/** A row that a relay has claimed. */
export interface ClaimedRow extends OutboxClaim {
  readonly id: string;
  readonly kind: string;
  /** Undefined when it has more bytes than were asked for. */
  readonly input: Json | undefined;
  readonly inputBytes: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** The options are all there is to the request: its client has checked it in full. */
  readonly isComplete: boolean;
  readonly session: string | undefined;
  /** How long before the claim it was enqueued, by PostgreSQL's clock. */
  readonly ageMs: number;
}

/** What a claim may bring at once. */
export interface ClaimLimits {
  readonly rows: number;
  /** Bytes of input, but for the first row. */
  readonly bytes: number;
  /** An input of more bytes is left where it is. */
  readonly inputBytes: number;
  readonly claimMs: number;
}

/** A {@link ClaimedRow} as PostgreSQL answers it. */
export interface ClaimedColumns {
  seq: string;
  tries: number;
  job_id: string;
  kind: string;
  input: Json | null;
  input_bytes: number;
  options: Record<string, unknown>;
  is_complete: boolean;
  session_id: string | null;
  age_ms: number;
}

/**
 * Rows of a session come together with all that stand before them, or not at all, so that one relay
 * has a session at a time. What a relay beside us claims at this moment is locked and skipped, which
 * the sessions in `mine` have to heed.
 */
const CLAIM = `
with due as materialized (
  select seq, session_id, octet_length(input::text) as bytes from holdfast.outbox
  where dead_at is null and (claimed_until is null or claimed_until <= now())
    and (session_id is null or session_id not in (
      select session_id from holdfast.outbox
      where claimed_until > now() and dead_at is null and session_id is not null))
  order by seq limit $1 for update skip locked
), mine as (
  select seq, bytes, sum(bytes) over (order by seq) - bytes as bytes_before from due
  where session_id is null or not exists (
    select 1 from holdfast.outbox earlier
    where earlier.session_id = due.session_id and earlier.seq < due.seq
      and earlier.dead_at is null and earlier.seq not in (select seq from due))
), claimed as (
  update holdfast.outbox held
  set claimed_until = now() + $4 * interval '1 millisecond', tries = tries + 1
  from mine where mine.seq = held.seq and mine.bytes_before < $2
  returning held.*, mine.bytes
)
select seq, tries, job_id, kind, case when bytes <= $3 then input end as input,
       bytes as input_bytes, options, is_complete, session_id,
       extract(epoch from clock_timestamp() - enqueued_at)::float8 * 1000 as age_ms
from claimed order by seq`;

/** Claims the first rows that are due, in their order. */
export async function claimRows(pool: pg.Pool, limits: ClaimLimits): Promise<ClaimedRow[]> {
  const { rows } = await pool.query<ClaimedColumns>(CLAIM, [
    limits.rows,
    limits.bytes,
    limits.inputBytes,
    limits.claimMs,
  ]);
  return rows.map((row) => claimedRowOf(row, limits.inputBytes));
}

/** A row of the answer, without an input that is too large. */
export function claimedRowOf(row: ClaimedColumns, inputBytes: number): ClaimedRow {
  return {
    seq: Number(row.seq),
    tries: row.tries,
    id: row.job_id,
    kind: row.kind,
    input: row.input_bytes <= inputBytes ? row.input : undefined,
    inputBytes: row.input_bytes,
    options: row.options,
    isComplete: row.is_complete,
    session: row.session_id ?? undefined,
    ageMs: row.age_ms,
  };
}

/** Holds claims for longer; answers those that still hold. */
export async function extendClaims(
  pool: pg.Pool,
  claims: readonly OutboxClaim[],
  claimMs: number,
): Promise<number[]> {
  const { rows } = await pool.query<{ seq: string }>(
    `update holdfast.outbox held set claimed_until = now() + $3 * interval '1 millisecond'
     from unnest($1::bigint[], $2::int[]) as claim(seq, tries)
     where held.seq = claim.seq and held.tries = claim.tries and held.dead_at is null
     returning held.seq`,
    [...columns(claims), claimMs],
  );
  return rows.map(({ seq }) => Number(seq));
}

/** Takes rows out whose job was started, whoever has claimed them since. */
export async function deleteStarted(pool: pg.Pool, seqs: readonly number[]): Promise<void> {
  await pool.query('delete from holdfast.outbox where seq = any($1::bigint[])', [seqs]);
}

/** A claimed row that is to be tried again. */
export interface ReleasedRow extends OutboxClaim {
  /** Not before this time has passed. */
  readonly afterMs: number;
}

/** Puts rows back whose claims still hold. */
export async function releaseRows(pool: pg.Pool, rows: readonly ReleasedRow[]): Promise<void> {
  await pool.query(
    `update holdfast.outbox held
     set claimed_until = case when after_ms > 0 then now() + after_ms * interval '1 millisecond' end
     from unnest($1::bigint[], $2::int[], $3::float8[]) as claim(seq, tries, after_ms)
     where held.seq = claim.seq and held.tries = claim.tries and held.dead_at is null`,
    [...columns(rows), rows.map(({ afterMs }) => afterMs)],
  );
}

/** A claimed row that can never start, and why. */
export interface DeadRow extends OutboxClaim {
  readonly code: string;
  readonly message: string;
}

/** Calls rows dead whose claims still hold. */
export async function killRows(pool: pg.Pool, rows: readonly DeadRow[]): Promise<void> {
  await pool.query(
    `update holdfast.outbox held
     set dead_at = now(), claimed_until = null, dead_code = code, dead_message = message
     from unnest($1::bigint[], $2::int[], $3::text[], $4::text[])
       as claim(seq, tries, code, message)
     where held.seq = claim.seq and held.tries = claim.tries and held.dead_at is null`,
    [
      ...columns(rows),
      rows.map(({ code }) => code),
      // PostgreSQL's texts take every character but this one.
      rows.map(({ message }) => message.replaceAll('\0', '')),
    ],
  );
}

function columns(claims: readonly OutboxClaim[]): [number[], number[]] {
  return [claims.map(({ seq }) => seq), claims.map(({ tries }) => tries)];
}
