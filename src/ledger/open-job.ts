import type pg from 'pg';
import type { OpenedJob, OpenJob } from '../domain/activities.ts';
import { optionsOf } from '../domain/job-options.ts';
import type { JobError, JobSpec, SessionSlot } from '../domain/job.ts';
import { askOnce, insertAndAsk } from './ask-grants.ts';
import { findOutcome } from './find-outcome.ts';
import { deadlineOf, insertJob, tokenHash } from './insert-job.ts';
import { lockOrCreateSession } from './lock-session.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import { reserveStart } from './rate-starts.ts';
import type { Release } from './release-session.ts';
import { release } from './release-session.ts';
import { awaitsTurn } from './session-slots.ts';
import { takeSlot } from './take-slot.ts';

/**
 * An {@link OpenedJob} with what its session released by it, or that another run of the workflow has
 * the job open.
 */
export type LedgerOpening =
  | (OpenedJob & Release)
  | { readonly kind: 'held'; readonly runId: string; readonly workflowId: string };

/**
 * Records a job as open, with its session slot. Repeated by the same run it answers `opened` again.
 * A job whose slot it may not have is recorded as failed. One that may start asks for what it needs.
 */
export async function openJob(pool: pg.Pool, open: OpenJob): Promise<LedgerOpening> {
  const { session, needs, rate } = open.spec;
  if (session !== undefined) {
    const opening = await inTransaction(pool, (tx) => openInSession(tx, open, session));
    return withLimits(pool, open.spec, opening);
  }
  if (needs.length > 0 && rate === undefined) {
    const asked = await insertAndAsk(pool, open);
    if (asked === 'held') return { kind: 'opened' };
    if (asked === 'waiting') return { kind: 'opened', awaitsGrant: true };
  } else if (await insertJob(pool, open)) {
    return withLimits(pool, open.spec, { kind: 'opened' });
  }
  return withLimits(pool, open.spec, await recordedJob(pool, open));
}

/**
 * A start within the job's rate, then what it needs: while it waits for anything else it holds nothing. A
 * start that was reserved before its turn would be over by then, and count for nothing.
 */
async function withLimits(
  pool: pg.Pool,
  spec: JobSpec,
  opening: LedgerOpening,
): Promise<LedgerOpening> {
  if (opening.kind !== 'opened') return opening;
  const { id: job, generation, needs, priority, pool: ofPool } = spec;
  const startsAt = opening.awaitsTurn === true ? undefined : await reserveStart(pool, spec);
  const limited = { ...opening, ...(startsAt === undefined ? {} : { startsAt }) };
  if (needs.length === 0) return limited;
  const mayAsk = opening.awaitsTurn !== true && startsAt === undefined;
  const ask = { job, generation, needs, priority, pool: ofPool };
  const isHeld = mayAsk && (await askOnce(pool, ask)) === 'held';
  // One that had asked before asks again, which answers how it stands.
  return isHeld ? limited : { ...limited, awaitsGrant: true };
}

async function openInSession(
  tx: pg.PoolClient,
  open: OpenJob,
  slot: SessionSlot,
): Promise<LedgerOpening> {
  const { session, isNew } = await lockOrCreateSession(tx, slot.id);
  if (!(await insertJob(tx, open))) {
    if (isNew) await tx.query('delete from holdfast.sessions where id = $1', [slot.id]);
    return recordedJob(tx, open);
  }
  const taken = await takeSlot(tx, session, slot, open.spec);
  if (taken.kind === 'refused') return failOpening(tx, open, taken.error);
  // Elsewhere an open slot changes nothing: only filled ones wait for others.
  const isWatched = session.isStrict || session.count !== undefined;
  if (!isWatched && taken.kind === 'taken') return { kind: 'opened' };
  return { ...(await release(tx, session)), ...(await opened(tx, slot)) };
}

async function failOpening(
  tx: pg.PoolClient,
  { spec, runId }: OpenJob,
  error: JobError,
): Promise<LedgerOpening> {
  await tx.query(
    `update holdfast.jobs set state = 'failed', error = $4, closed_at = now()
     where id = $1 and generation = $2 and run_id = $3 and state = 'open'`,
    [spec.id, spec.generation, runId, JSON.stringify(error)],
  );
  return { kind: 'closed', outcome: { state: 'failed', error } };
}

async function opened(db: Queryable, slot: SessionSlot | undefined): Promise<OpenedJob> {
  const waits = slot !== undefined && (await awaitsTurn(db, slot));
  return waits ? { kind: 'opened', awaitsTurn: true } : { kind: 'opened' };
}

/**
 * Gives an open job to another run of its workflow, where the run on record is known to be over. What
 * it holds it keeps.
 * Answers false when someone else was first.
 */
export async function takeOverJob(
  pool: pg.Pool,
  open: OpenJob,
  fromRunId: string,
): Promise<boolean> {
  const { spec, runId } = open;
  const { rowCount } = await pool.query(
    `update holdfast.jobs
     set run_id = $4, kind = $5, pool = $6, input = $7, horizon_ms = $8, token_hash = $9,
         options = $10, deadline_at = opened_at + $11::float8 * interval '1 millisecond'
     where id = $1 and generation = $2 and run_id = $3 and state = 'open'`,
    [
      spec.id,
      spec.generation,
      fromRunId,
      runId,
      spec.kind,
      spec.pool,
      JSON.stringify(spec.input),
      spec.horizonMs ?? null,
      tokenHash(open),
      JSON.stringify(optionsOf(spec)),
      deadlineOf(spec),
    ],
  );
  return rowCount === 1;
}

async function recordedJob(db: Queryable, { spec, runId }: OpenJob): Promise<LedgerOpening> {
  const { rows } = await db.query<{ run_id: string; workflow_id: string }>(
    'select run_id, workflow_id from holdfast.jobs where id = $1 and generation = $2',
    [spec.id, spec.generation],
  );
  const outcome = await findOutcome(db, spec.id, spec.generation);
  if (outcome !== undefined && outcome !== 'open') return { kind: 'closed', outcome };
  const recorded = rows[0];
  if (recorded === undefined || recorded.run_id === runId) return opened(db, spec.session);
  return { kind: 'held', runId: recorded.run_id, workflowId: recorded.workflow_id };
}
