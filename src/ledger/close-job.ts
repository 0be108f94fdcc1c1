import type pg from 'pg';
import type { CloseJob, ClosedJob } from '../domain/activities.ts';
import { failoversOf } from '../domain/attempt.ts';
import { HoldfastError } from '../domain/errors.ts';
import { findOutcome } from './find-outcome.ts';

/** Parts of the statement below that most jobs do without: planning them costs as much as running. */
const FILL_SLOT = `, filled as (
       update holdfast.session_slots slot set filled_at = now()
       from closed where slot.job_id = closed.id and slot.generation = closed.generation
     )`;
const CLEAR_PLACE = `, unplaced as (
       delete from holdfast.reservations held using closed
       where held.job_id = closed.id and held.generation = closed.generation
     ), ended_wait as (
       delete from holdfast.waits wait using closed
       where wait.job_id = closed.id and wait.generation = closed.generation
     )`;

/**
 * Ends a job: state, result, attempts, session slot and place in one statement, hence one
 * transaction.
 * The first commit wins; a later call answers what was stored.
 *
 * @throws HoldfastError `internal` when another run has the job open
 */
export async function closeJob(pool: pg.Pool, close: CloseJob): Promise<ClosedJob> {
  const { outcome, attempts } = close;
  const { rowCount } = await pool.query(
    `with closed as (
       update holdfast.jobs
       set state = $4, result = $5, error = $6, closed_at = now(), attempt_count = $7,
           failover_count = $8, pool = coalesce($15, pool)
       where id = $1 and generation = $2 and run_id = $3 and state = 'open'
       returning id, generation
     ), recorded as (
       insert into holdfast.attempts
         (job_id, generation, epoch, node, outcome, reason, started_at, ended_at)
       select closed.id, closed.generation, epoch, node, outcome, reason,
              to_timestamp(started_ms / 1000.0), to_timestamp(ended_ms / 1000.0)
       from closed, unnest($9::int[], $10::text[], $11::text[], $12::text[], $13::float8[],
                           $14::float8[])
         as attempt(epoch, node, outcome, reason, started_ms, ended_ms)
     )${close.inSession ? FILL_SLOT : ''}${close.wasPlaced ? CLEAR_PLACE : ''}
     select 1 from closed`,
    [
      close.jobId,
      close.generation,
      close.runId,
      outcome.state,
      outcome.state === 'succeeded' ? JSON.stringify(outcome.result) : null,
      outcome.state === 'succeeded' ? null : JSON.stringify(outcome.error),
      attempts.length,
      failoversOf(attempts),
      attempts.map(({ epoch }) => epoch),
      attempts.map(({ node }) => node ?? null),
      attempts.map((attempt) => attempt.outcome),
      attempts.map(({ reason }) => reason ?? null),
      attempts.map(({ startedAt }) => startedAt ?? null),
      attempts.map(({ endedAt }) => endedAt),
      close.pool ?? null,
    ],
  );
  if (rowCount === 1) return { kind: 'own' };
  const stored = await findOutcome(pool, close.jobId, close.generation);
  if (stored === undefined) return { kind: 'missing' };
  if (stored !== 'open') return { kind: 'earlier', outcome: stored };
  const message = `job ${close.jobId} is open, but not for run ${close.runId}`;
  throw new HoldfastError('internal', message, {
    hint: 'another run of its workflow has taken the job over and will close it',
  });
}
