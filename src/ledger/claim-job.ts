import type pg from 'pg';
import { PAYLOAD_LIMIT_BYTES } from '../domain/json.ts';
import type { ClaimedColumns, ClaimedRow } from './outbox-claims.ts';
import { claimedRowOf } from './outbox-claims.ts';

/** How a row is claimed by hand. */
export interface JobClaim {
  readonly claimMs: number;
  /** Also from a relay that holds it: what that does then with a dead or a late word counts for nothing. */
  readonly isForced: boolean;
}

/** Claims the first row of a job that waits in the outbox, as a relay does; undefined: there is none. */
export async function claimJob(
  pool: pg.Pool,
  id: string,
  { claimMs, isForced }: JobClaim,
): Promise<ClaimedRow | undefined> {
  // White space may make a text longer than the JSON that counts.
  const inputBytes = 2 * PAYLOAD_LIMIT_BYTES;
  const { rows } = await pool.query<ClaimedColumns>(
    `with due as (
       select seq from holdfast.outbox
       where job_id = $1 and dead_at is null
         and ($3 or claimed_until is null or claimed_until <= now())
       order by seq limit 1 for update skip locked
     )
     update holdfast.outbox held
     set claimed_until = now() + $2 * interval '1 millisecond', tries = tries + 1
     from due where due.seq = held.seq
     returning held.seq, tries, job_id, kind, options, is_complete, session_id,
       case when octet_length(input::text) <= $4 then input end as input,
       octet_length(input::text) as input_bytes,
       extract(epoch from clock_timestamp() - enqueued_at)::float8 * 1000 as age_ms`,
    [id, claimMs, isForced, inputBytes],
  );
  return rows[0] && claimedRowOf(rows[0], inputBytes);
}
