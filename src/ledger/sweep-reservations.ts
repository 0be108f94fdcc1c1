import type pg from 'pg';
import { JOB_DEFAULTS } from '../domain/job-spec.ts';
import type { HeldAttempt } from '../domain/node.ts';
import { formatCursor, parseCursor } from './page-cursor.ts';
import type { SweepPage } from './sweep-open-jobs.ts';

/** A reservation of an open job. */
export interface SweptReservation extends HeldAttempt {
  readonly node: string;
  /** Why its attempt should go elsewhere if it has not started; undefined when it need not. */
  readonly why: string | undefined;
}

/** A page of reservations; `cursor` is there when more may follow. */
export interface SweptReservations {
  readonly reservations: readonly SweptReservation[];
  readonly cursor: string | undefined;
}

/** What has changed more recently, those whom it concerns are being told of. */
const SETTLED_MS = 30_000;

/** Reservations of open jobs in the order of their jobs, with what is wrong with them. */
export async function sweptReservations(
  pool: pg.Pool,
  { cursor, limit }: SweepPage,
): Promise<SweptReservations> {
  const [, afterJob, afterGeneration] = parseCursor(cursor);
  const { rows } = await pool.query<HeldAttempt & { node: string; why: string | null }>(
    `select held.job_id as job, held.generation, held.epoch, held.node,
            ${WHY} as why
     from holdfast.reservations held
       join holdfast.jobs job on job.id = held.job_id and job.generation = held.generation
         and job.state = 'open'
       left join holdfast.nodes node on node.name = held.node
     where $1::text is null or (held.job_id, held.generation) > ($1, $2::int)
     order by held.job_id, held.generation limit $3`,
    [afterJob, afterGeneration, limit, SETTLED_MS, JOB_DEFAULTS.pending.reassignAfterMs],
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    reservations: rows.map(({ why, ...held }) => ({ ...held, why: why ?? undefined })),
    cursor: last && formatCursor([0, last.job, last.generation]),
  };
}

const ago = (parameter: string) => `now() - ${parameter} * interval '1 millisecond'`;

const WHY = `case
    when held.reserved_at > ${ago('$4')} then null
    when node.name is null then 'its node is not registered'
    when node.incarnation <> held.incarnation and node.registered_at < ${ago('$4')}
      then 'its node was started again'
    when node.state = 'offline' and node.state_since < ${ago('$4')} then 'its node is offline'
    when node.mode <> 'enabled' and node.mode_at < ${ago('$4')} then 'its node is ' || node.mode
    when job.options -> 'pin' ->> 'node' is null and held.reserved_at <
      ${ago(`coalesce((job.options -> 'pending' ->> 'reassignAfterMs')::float8, $5)`)}
      then 'its node has not taken it for too long'
  end`;
