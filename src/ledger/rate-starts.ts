import type pg from 'pg';
import type { JobSpec } from '../domain/job.ts';

/** A longer window stands for ever. */
const LONGEST_MS = 100 * 365 * 86_400_000;

/**
 * Reserves a start within the job's rate, which must be on record; repeated, it answers the same.
 * Whoever comes later starts later, and between a start and the `limit`-th after it lies a window.
 *
 * @returns milliseconds since the Unix epoch; undefined when it may start now
 */
export async function reserveStart(
  pool: pg.Pool,
  { id, generation, rate }: Pick<JobSpec, 'id' | 'generation' | 'rate'>,
): Promise<number | undefined> {
  if (rate === undefined) return undefined;
  const windowMs = Math.min(rate.windowMs, LONGEST_MS);
  const { rowCount, rows } = await pool.query<StartRow>(
    `with turn as (
       insert into holdfast.rates (key) values ($1)
       on conflict (key) do update set asked_at = excluded.asked_at returning key
     ), added as (
       insert into holdfast.rate_starts (key, starts_at, window_ms, job_id, generation)
       select key, holdfast.next_start(key, $2::int, $3::float8), $3::float8, $4, $5::int from turn
       on conflict (job_id, generation) do nothing returning starts_at
     )
     select ${START} from added`,
    [rate.key, rate.limit, windowMs, id, generation],
  );
  if (rowCount === 1) return startOf(rows[0]);
  const { rows: earlier } = await pool.query<StartRow>(
    `select ${START} from holdfast.rate_starts where job_id = $1 and generation = $2`,
    [id, generation],
  );
  return startOf(earlier[0]);
}

interface StartRow {
  starts_ms: number;
  is_ahead: boolean;
}

const START = `ceil(extract(epoch from starts_at) * 1000)::float8 as starts_ms,
  starts_at > clock_timestamp() as is_ahead`;

function startOf(row: StartRow | undefined): number | undefined {
  return row?.is_ahead === true ? row.starts_ms : undefined;
}
