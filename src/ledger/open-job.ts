import type pg from 'pg';
import type { OpenedJob, OpenJob } from '../domain/activities.ts';
import type { JobError, SessionSlot } from '../domain/job.ts';
import { findOutcome } from './find-outcome.ts';
import type { Queryable } from './pool.ts';
import { inTransaction } from './pool.ts';
import { slotHolder, takeSlot } from './session-slots.ts';

/** An {@link OpenedJob}, or that another run of the workflow has the job open. */
export type LedgerOpening =
  OpenedJob | { readonly kind: 'held'; readonly runId: string; readonly workflowId: string };

/**
 * Records a job as open, with its session slot. Repeated by the same run it answers `opened` again.
 * A job whose slot another job holds is recorded as failed.
 */
export async function openJob(pool: pg.Pool, open: OpenJob): Promise<LedgerOpening> {
  const { session } = open.spec;
  if (session === undefined) {
    return (await insertJob(pool, open)) ? { kind: 'opened' } : await recordedJob(pool, open);
  }
  return inTransaction(pool, async (tx) => {
    if (!(await insertJob(tx, open))) return recordedJob(tx, open);
    if (await takeSlot(tx, session, open.spec)) return { kind: 'opened' };
    const error = slotTaken(session, await slotHolder(tx, session));
    await tx.query(
      `update holdfast.jobs set state = 'failed', error = $4, closed_at = now()
       where id = $1 and generation = $2 and run_id = $3 and state = 'open'`,
      [open.spec.id, open.spec.generation, open.runId, JSON.stringify(error)],
    );
    return { kind: 'closed', outcome: { state: 'failed', error } };
  });
}

/**
 * Gives an open job to another run of its workflow, where the run on record is known to be over.
 * Answers false when someone else was first.
 */
export async function takeOverJob(
  pool: pg.Pool,
  { spec, runId }: OpenJob,
  fromRunId: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update holdfast.jobs set run_id = $4, kind = $5, pool = $6, input = $7
     where id = $1 and generation = $2 and run_id = $3 and state = 'open'`,
    [spec.id, spec.generation, fromRunId, runId, spec.kind, spec.pool, JSON.stringify(spec.input)],
  );
  return rowCount === 1;
}

async function insertJob(db: Queryable, { spec, workflowId, runId }: OpenJob): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into holdfast.jobs
       (id, generation, workflow_id, run_id, kind, pool, input, session_id, session_index)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
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
  if (recorded === undefined || recorded.run_id === runId) return { kind: 'opened' };
  return { kind: 'held', runId: recorded.run_id, workflowId: recorded.workflow_id };
}

function slotTaken(session: SessionSlot, holder: string): JobError {
  const message = `index ${session.index} of session ${session.id} belongs to job ${holder}`;
  return { code: 'session_slot_taken', message };
}
