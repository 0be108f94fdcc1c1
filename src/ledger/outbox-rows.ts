import type pg from 'pg';

/** A job that is in the outbox: its workflow was not started yet. */
export interface OutboxRow {
  /** The order in which the jobs of one session are started. */
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly pool: string | undefined;
  readonly session: string | undefined;
  /** `dead`: it can never start; `error` says why. */
  readonly state: 'waiting' | 'dead';
  readonly enqueuedAt: Date;
  /** How often a relay has claimed it. */
  readonly tries: number;
  readonly deadAt: Date | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** What {@link listOutbox} selects. */
export interface OutboxFilter {
  readonly state?: OutboxRow['state'] | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
}

/** Which dead rows are meant: those of these ids, of this kind, or all. */
export interface DeadFilter {
  readonly ids?: readonly string[] | undefined;
  readonly kind?: string | undefined;
}

/** How many rows there are. */
export interface OutboxCounts {
  readonly waiting: number;
  readonly dead: number;
  /** Since when the first waiting row waits, in milliseconds; undefined when none does. */
  readonly oldestMs: number | undefined;
}

interface RowColumns {
  seq: string;
  job_id: string;
  kind: string;
  pool: string | null;
  session_id: string | null;
  enqueued_at: Date;
  tries: number;
  dead_at: Date | null;
  dead_code: string | null;
  dead_message: string | null;
}

const COLUMNS = `seq, job_id, kind, options ->> 'pool' as pool, session_id, enqueued_at, tries,
  dead_at, dead_code, dead_message`;

/** Rows by filter, in the order in which they were enqueued. */
export async function listOutbox(
  pool: pg.Pool,
  { state, kind, limit }: OutboxFilter,
): Promise<OutboxRow[]> {
  const { rows } = await pool.query<RowColumns>(
    `select ${COLUMNS} from holdfast.outbox
     where ($1::text is null or (dead_at is not null) = ($1 = 'dead'))
       and ($2::text is null or kind = $2)
     order by seq limit $3`,
    [state ?? null, kind ?? null, limit],
  );
  return rows.map(rowOf);
}

/** The first row of a job that waits, or else that is dead. */
export async function findInOutbox(pool: pg.Pool, id: string): Promise<OutboxRow | undefined> {
  const { rows } = await pool.query<RowColumns>(
    `select ${COLUMNS} from holdfast.outbox where job_id = $1
     order by dead_at is not null, seq limit 1`,
    [id],
  );
  return rows[0] && rowOf(rows[0]);
}

/** Makes dead rows due again; answers how many. */
export async function retryDead(pool: pg.Pool, { ids, kind }: DeadFilter): Promise<OutboxRow[]> {
  const { rows } = await pool.query<RowColumns>(
    `with retried as (
       update holdfast.outbox set dead_at = null, dead_code = null, dead_message = null
       where dead_at is not null and ${DEAD}
       returning *
     ), told as (select pg_notify('holdfast_outbox', '') where exists (select 1 from retried))
     select ${COLUMNS} from retried left join told on true order by seq`,
    deadValues(ids, kind),
  );
  return rows.map(rowOf);
}

/** Takes dead rows out for good; answers them. */
export async function dropDead(pool: pg.Pool, { ids, kind }: DeadFilter): Promise<OutboxRow[]> {
  const { rows } = await pool.query<RowColumns>(
    `with dropped as (
       delete from holdfast.outbox where dead_at is not null and ${DEAD} returning *
     )
     select ${COLUMNS} from dropped order by seq`,
    deadValues(ids, kind),
  );
  return rows.map(rowOf);
}

const DEAD = '($1::text[] is null or job_id = any($1)) and ($2::text is null or kind = $2)';

function deadValues(ids: DeadFilter['ids'], kind: DeadFilter['kind']): unknown[] {
  return [ids ?? null, kind ?? null];
}

/** How many rows wait and are dead. */
export async function countOutbox(pool: pg.Pool): Promise<OutboxCounts> {
  const { rows } = await pool.query<{ waiting: number; dead: number; oldest_ms: number | null }>(
    `select count(*) filter (where dead_at is null)::float8 as waiting,
            count(*) filter (where dead_at is not null)::float8 as dead,
            extract(epoch from clock_timestamp() - min(enqueued_at) filter (where dead_at is null))
              ::float8 * 1000 as oldest_ms
     from holdfast.outbox`,
  );
  const { waiting = 0, dead = 0, oldest_ms = null } = rows[0] ?? {};
  return { waiting, dead, oldestMs: oldest_ms ?? undefined };
}

function rowOf(row: RowColumns): OutboxRow {
  const { dead_at: deadAt, dead_code: code, dead_message: message } = row;
  return {
    seq: Number(row.seq),
    id: row.job_id,
    kind: row.kind,
    pool: row.pool ?? undefined,
    session: row.session_id ?? undefined,
    state: deadAt === null ? 'waiting' : 'dead',
    enqueuedAt: row.enqueued_at,
    tries: row.tries,
    deadAt: deadAt ?? undefined,
    error: code === null || message === null ? undefined : { code, message },
  };
}
