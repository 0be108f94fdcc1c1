import type pg from 'pg';
import type { CloseJob, ClosedJob } from '../domain/activities.ts';
import { failoversOf } from '../domain/attempt.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { GrantedJob, ResourceName } from './decide-grants.ts';
import { findOutcome } from './find-outcome.ts';
import { lockSessionOf } from './lock-session.ts';
import { passOn } from './pass-on.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import type { Release } from './release-session.ts';
import { mayRelease, release } from './release-session.ts';
import { hashOf } from './results.ts';

/** A {@link ClosedJob}, and what the session of the job released by it. */
export interface LedgerClosing extends Release {
  readonly closed: ClosedJob;
  /** Jobs that hold now what they waited for, or should ask again: they are to be told. */
  readonly granted?: readonly GrantedJob[];
}

/**
 * Ends a job: state, result, attempts, session slot, place and grants in one transaction, which for a
 * job without a session is one statement. Then those who waited for what it held get it.
 * The first commit wins; a later call answers what was stored.
 *
 * @throws HoldfastError `internal` when another run has the job open
 */
export async function closeJob(pool: pg.Pool, close: CloseJob): Promise<LedgerClosing> {
  const { freed, ...closing } = close.inSession
    ? await inTransaction(pool, (tx) => closeInSession(tx, close))
    : await closeAlone(pool, close);
  // The job is closed, whatever happens here: who is not granted now asks again.
  const granted = await passOn(pool, freed).catch(() => []);
  return granted.length === 0 ? closing : { ...closing, granted };
}

/** `freed`: what the job held or waited for. */
type Closing = LedgerClosing & { readonly freed: readonly ResourceName[] };

async function closeAlone(db: Queryable, close: CloseJob): Promise<Closing> {
  const ended = await recordEnd(db, close);
  return { closed: await closedJob(db, close, ended), freed: ended?.freed ?? [] };
}

async function closeInSession(tx: pg.PoolClient, close: CloseJob): Promise<Closing> {
  const session = await lockSessionOf(tx, close.jobId, close.generation);
  const ended = await recordEnd(tx, close);
  const closed = await closedJob(tx, close, ended);
  const index = ended?.filled_index ?? ended?.yielded_index ?? undefined;
  const canRelease = session !== undefined && index !== undefined && mayRelease(session, index);
  const freed = ended?.freed ?? [];
  return { closed, freed, ...(canRelease && (await release(tx, session))) };
}

async function closedJob(
  db: Queryable,
  close: CloseJob,
  ended: EndedRow | undefined,
): Promise<ClosedJob> {
  if (ended !== undefined && ended.verdict !== 'superseded') return { kind: 'own' };
  const stored = await findOutcome(db, close.jobId, close.generation);
  if (stored === undefined) return { kind: 'missing' };
  if (stored !== 'open') return { kind: 'earlier', outcome: stored };
  const message = `job ${close.jobId} is open, but not for run ${close.runId}`;
  throw new HoldfastError('internal', message, {
    hint: 'another run of its workflow has taken the job over and will close it',
  });
}

interface EndedRow {
  /** The slot that was filled by this; null when the job has none, or no longer. */
  filled_index: number | null;
  /** The slot that is free now for the job in whose favour this one was cancelled. */
  yielded_index: number | null;
  verdict: Verdict | null;
  freed: ResourceName[] | null;
}

/** The row when the job was open for this run. */
async function recordEnd(db: Queryable, close: CloseJob): Promise<EndedRow | undefined> {
  const { outcome, inSession, hasNeeds } = close;
  const hasResult = outcome.state === 'succeeded';
  const mayYield = inSession && outcome.state === 'cancelled';
  const parts = [
    ...(hasResult ? [keepResult(inSession)] : []),
    ...(inSession ? [fillSlot(mayYield)] : []),
    ...(close.wasPlaced === true ? [CLEAR_PLACE] : []),
    ...(hasNeeds === true ? [DROP_GRANTS] : []),
  ];
  const { rows } = await db.query<EndedRow>(
    `${CLOSE}${parts.join('')}
     select ${inSession ? '(select index::float8 from filled)' : 'null'} as filled_index,
            ${mayYield ? '(select index::float8 from yielded)' : 'null'} as yielded_index,
            ${hasResult ? '(select verdict from kept)' : 'null'} as verdict,
            ${hasNeeds === true ? '(select json_agg(dropped) from dropped)' : 'null'} as freed
     from closed`,
    [...closeValues(close), ...(hasResult ? resultValues(close, outcome.result) : [])],
  );
  return rows[0];
}

const CLOSE = `with closed as (
       update holdfast.jobs
       set state = $4, error = $5, closed_at = now(), attempt_count = $6, failover_count = $7,
           pool = coalesce($8, pool)
       where id = $1 and generation = $2 and run_id = $3 and state = 'open'
       returning id, generation, session_id, session_index
     ), recorded as (
       insert into holdfast.attempts
         (job_id, generation, epoch, node, outcome, reason, started_at, ended_at,
          incarnation, beat_at, rows_affected, summary, code)
       select closed.id, closed.generation, epoch, node, outcome, reason,
              to_timestamp(started_ms / 1000.0), to_timestamp(ended_ms / 1000.0),
              incarnation, to_timestamp(beat_ms / 1000.0), rows_affected, summary, code
       from closed, unnest($9::int[], $10::text[], $11::text[], $12::text[], $13::float8[],
                           $14::float8[], $15::text[], $16::float8[], $17::int8[], $18::text[],
                           $19::text[])
         as attempt(epoch, node, outcome, reason, started_ms, ended_ms, incarnation, beat_ms,
                    rows_affected, summary, code)
     )`;

function closeValues(close: CloseJob): unknown[] {
  const { outcome, attempts } = close;
  return [
    close.jobId,
    close.generation,
    close.runId,
    outcome.state,
    outcome.state === 'succeeded' ? null : JSON.stringify(outcome.error),
    attempts.length,
    failoversOf(attempts),
    close.pool ?? null,
    attempts.map(({ epoch }) => epoch),
    attempts.map(({ node }) => node ?? null),
    attempts.map((attempt) => attempt.outcome),
    attempts.map(({ reason }) => reason ?? null),
    attempts.map(({ startedAt }) => startedAt ?? null),
    attempts.map(({ endedAt }) => endedAt),
    attempts.map(({ incarnation }) => incarnation ?? null),
    attempts.map(({ beatAt }) => beatAt ?? null),
    attempts.map(({ rowsAffected }) => rowsAffected ?? null),
    attempts.map(({ summary }) => summary ?? null),
    attempts.map(({ code }) => code ?? null),
  ];
}

// Parts of the statement that most jobs do without: planning them costs as much as running.

/**
 * Only in a session another result may have been accepted before: a late one, for the slot of a job
 * whose workflow was gone.
 */
function keepResult(inSession: boolean): string {
  const verdict = inSession
    ? `case when exists (select 1 from holdfast.results earlier
         where earlier.job_id = closed.id and earlier.generation = closed.generation
           and earlier.verdict = 'accepted') then 'superseded' else 'accepted' end`
    : `'accepted'`;
  return `, kept as (
       insert into holdfast.results (job_id, generation, epoch, node, verdict, hash, payload,
                                    arrival)
       select closed.id, closed.generation, $20::int, $21::text, ${verdict}, $22, $23::json,
              $24::text
       from closed returning verdict
     )`;
}

function resultValues({ accepted }: CloseJob, result: unknown): unknown[] {
  const text = JSON.stringify(result);
  const { epoch = 1, node, arrival } = accepted ?? {};
  return [epoch, node ?? null, hashOf(text), text, arrival ?? null];
}

function fillSlot(mayYield: boolean): string {
  const isOwn = `slot.session_id = closed.session_id and slot.index = closed.session_index
         and slot.job_id = closed.id and slot.generation = closed.generation
         and slot.state = 'open'`;
  const fill = `, filled as (
       update holdfast.session_slots slot set state = $4, error = $5, filled_at = now()
       from closed where ${isOwn}${mayYield ? ' and not slot.yields' : ''}
       returning slot.index
     )`;
  if (!mayYield) return fill;
  return `${fill}, yielded as (
       delete from holdfast.session_slots slot using closed where ${isOwn} and slot.yields
       returning slot.index
     )`;
}

const CLEAR_PLACE = `, unplaced as (
       delete from holdfast.reservations held using closed
       where held.job_id = closed.id and held.generation = closed.generation
     ), ended_wait as (
       delete from holdfast.waits wait using closed
       where wait.job_id = closed.id and wait.generation = closed.generation
     )`;

/**
 * It locks no resource: whoever counts what is held counts too much at worst, and asks once more when it
 * waits. A start to come goes, too; one that was counts for as long as its rate's window. */
const DROP_GRANTS = `, dropped as materialized (
       select held.resource, held.pool
       from closed cross join lateral holdfast.drop_grants(closed.id, closed.generation) held
     ), unstarted as (
       delete from holdfast.rate_starts start using closed
       where start.job_id = closed.id and start.generation = closed.generation
         and start.starts_at > now()
     )`;
