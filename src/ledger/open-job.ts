import type pg from 'pg';
import type { OpenedJob, OpenJob } from '../domain/activities.ts';
import type { JobError, SessionSlot } from '../domain/job.ts';
import { findOutcome } from './find-outcome.ts';
import { lockOrCreateSession } from './lock-session.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import type { Release } from './release-session.ts';
import { release } from './release-session.ts';
import { hashOf } from './results.ts';
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
 * A job whose slot it may not have is recorded as failed.
 */
export async function openJob(pool: pg.Pool, open: OpenJob): Promise<LedgerOpening> {
  const { session } = open.spec;
  if (session === undefined) {
    return (await insertJob(pool, open)) ? { kind: 'opened' } : await recordedJob(pool, open);
  }
  return inTransaction(pool, (tx) => openInSession(tx, open, session));
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
 * Gives an open job to another run of its workflow, where the run on record is known to be over.
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
     set run_id = $4, kind = $5, pool = $6, input = $7, horizon_ms = $8, token_hash = $9
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
    ],
  );
  return rowCount === 1;
}

async function insertJob(db: Queryable, open: OpenJob): Promise<boolean> {
  const { spec, workflowId, runId } = open;
  const { rowCount } = await db.query(
    `insert into holdfast.jobs
       (id, generation, workflow_id, run_id, kind, pool, input, session_id, session_index,
        horizon_ms, token_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id, generation) do nothing`,
    [
      spec.id,
      spec.generation,
      workflowId,
      runId,
      spec.kind,
      spec.pool,
      JSON.stringify(spec.input),
      spec.session?.id ?? null,
      spec.session?.index ?? null,
      spec.horizonMs ?? null,
      tokenHash(open),
    ],
  );
  return rowCount === 1;
}

function tokenHash({ resultToken }: OpenJob): string | null {
  return resultToken === undefined ? null : hashOf(resultToken);
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
