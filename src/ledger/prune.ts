import type pg from 'pg';
import type { RetentionPolicy } from '../domain/retention.ts';
import { dropLimits } from './prune-limits.ts';

/** What one batch of the clean-up did. */
export interface PruneCounts {
  /** Jobs whose input and error went. */
  readonly jobs: number;
  /** Rows of attempts that went. */
  readonly attempts: number;
  /** Results whose JSON went, and slots whose result or error did. */
  readonly payloads: number;
  /** Fences that went: whole jobs. */
  readonly fences: number;
  /** Entries of the audit that went. */
  readonly audit: number;
}

/** Stands for ever; PostgreSQL has no time that is further from now than its calendar is long. */
const CENTURY_MS = 100 * 365 * 86_400_000;

/**
 * Strips closed jobs, and drops fences and entries of the audit whose time is over: at most `limit` of each kind. Each step is
 * a transaction of its own, and leaves alone what somebody else is at.
 */
export async function prune(
  pool: pg.Pool,
  retention: RetentionPolicy,
  limit: number,
): Promise<PruneCounts> {
  const stripped = await stripJobs(pool, retention, limit);
  const slots = await stripSlots(pool, retention, limit);
  const fences = await dropFences(pool, retention, limit);
  const audit = await dropAudit(pool, retention, limit);
  await dropLimits(pool, limit);
  return { ...stripped, payloads: stripped.payloads + slots, fences, audit };
}

type StrippedJobs = Pick<PruneCounts, 'jobs' | 'attempts' | 'payloads'>;

/** Its slot keeps the result of a job until readers have had their time with it. */
async function stripJobs(
  pool: pg.Pool,
  { closedJobsMs }: RetentionPolicy,
  limit: number,
): Promise<StrippedJobs> {
  const { rows } = await pool.query<StrippedJobs>(
    `with due as materialized (
       select id, generation from holdfast.jobs
       where pruned_at is null and closed_at < now() - $1 * interval '1 millisecond'
       order by closed_at limit $2 for update skip locked
     ), stripped as (
       update holdfast.jobs job set input = null, error = null, pruned_at = now() from due
       where job.id = due.id and job.generation = due.generation
       returning job.id, job.generation, session_id, session_index
     ), gone as (
       delete from holdfast.attempts attempt using stripped
       where attempt.job_id = stripped.id and attempt.generation = stripped.generation
       returning 1
     ), slot as (
       select slot.job_id, slot.generation,
              slot.index <= session.cursor and slot.released_at is null as was_passed_over
       from stripped
         join holdfast.session_slots slot
           on slot.session_id = stripped.session_id and slot.index = stripped.session_index
           and slot.job_id = stripped.id and slot.generation = stripped.generation
           and slot.pruned_at is null
         join holdfast.sessions session on session.id = slot.session_id
     ), emptied as (
       update holdfast.results result set payload = null from stripped
       where result.job_id = stripped.id and result.generation = stripped.generation
         and result.payload is not null
         and not (result.verdict = 'accepted' and exists (
           select 1 from slot where slot.job_id = stripped.id
             and slot.generation = stripped.generation and not slot.was_passed_over))
       returning 1
     ), unread as (
       update holdfast.session_slots held set error = null, pruned_at = now()
       from stripped
         join slot on slot.job_id = stripped.id and slot.generation = stripped.generation
       where slot.was_passed_over
         and held.session_id = stripped.session_id and held.index = stripped.session_index
     )
     select (select count(*)::int from stripped) as jobs,
            (select count(*)::int from gone) as attempts,
            (select count(*)::int from emptied) as payloads`,
    [timeBefore(closedJobsMs), limit],
  );
  return rows[0] ?? { jobs: 0, attempts: 0, payloads: 0 };
}

/** What a session has released is kept as long as its job's own, too: it is the same result. */
async function stripSlots(
  pool: pg.Pool,
  { sessionResultsMs, closedJobsMs }: RetentionPolicy,
  limit: number,
): Promise<number> {
  const { rows } = await pool.query<{ payloads: number }>(
    `with due as materialized (
       select session_id, index from holdfast.session_slots
       where pruned_at is null and released_at < now() - $1 * interval '1 millisecond'
       order by released_at limit $2 for update skip locked
     ), stripped as (
       update holdfast.session_slots slot set error = null, pruned_at = now() from due
       where slot.session_id = due.session_id and slot.index = due.index
       returning job_id, generation
     ), emptied as (
       update holdfast.results result set payload = null from stripped
       where result.job_id = stripped.job_id and result.generation = stripped.generation
         and result.verdict = 'accepted'
     )
     select count(*)::int as payloads from stripped`,
    [timeBefore(Math.max(sessionResultsMs, closedJobsMs)), limit],
  );
  return rows[0]?.payloads ?? 0;
}

/**
 * A fence without a horizon stands for ever; one whose slot still needs its result, until then. The
 * newest generation goes first: without it an earlier one would be taken for the newest.
 */
async function dropFences(
  pool: pg.Pool,
  { fencesMs }: RetentionPolicy,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `with due as materialized (
       select id, generation from holdfast.jobs job
       where pruned_at is not null and horizon_ms is not null
         and closed_at < now() - $1 * interval '1 millisecond'
         and extract(epoch from now() - closed_at) * 1000 > horizon_ms
         and not exists (
           select 1 from holdfast.jobs newer
           where newer.id = job.id and newer.generation > job.generation)
         and not exists (
           select 1 from holdfast.session_slots slot
           where slot.session_id = job.session_id and slot.index = job.session_index
             and slot.job_id = job.id and slot.generation = job.generation
             and slot.pruned_at is null)
       order by closed_at limit $2 for update skip locked
     )
     delete from holdfast.jobs job using due
     where job.id = due.id and job.generation = due.generation`,
    [timeBefore(fencesMs), limit],
  );
  return rowCount ?? 0;
}

/** What came of a call that is older does not matter: one that is still at `started` goes, too. */
async function dropAudit(
  pool: pg.Pool,
  { auditMs }: RetentionPolicy,
  limit: number,
): Promise<number> {
  const { rowCount } = await pool.query(
    `with due as materialized (
       select id from holdfast.audit where at < now() - $1 * interval '1 millisecond'
       order by at limit $2 for update skip locked
     )
     delete from holdfast.audit entry using due where entry.id = due.id`,
    [timeBefore(auditMs), limit],
  );
  return rowCount ?? 0;
}

function timeBefore(ms: number): number {
  return Math.min(ms, CENTURY_MS);
}
