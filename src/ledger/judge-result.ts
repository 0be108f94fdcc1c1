import type pg from 'pg';
import type { ArrivedResult, LateResult, TakenResult } from '../domain/late-result.ts';
import type { Session } from '../domain/session.ts';
import type { Judgement, KnownOfJob, Verdict } from '../domain/verdict.ts';
import { judge } from '../domain/verdict.ts';
import { lockSessionOf } from './lock-session.ts';
import { inTransaction } from './pool.ts';
import type { Release } from './release-session.ts';
import { mayRelease, release } from './release-session.ts';
import { hashOf } from './results.ts';

/** A {@link Judgement}, and what the session of the job released by it. */
export interface LedgerJudgement extends Release {
  readonly judgement: Judgement;
  /** This arrival is on record already. */
  readonly isKnown?: true;
}

/** Puts a result on record that its job did not end with, and says what became of it. */
export async function judgeResult(
  pool: pg.Pool,
  { late, from }: ArrivedResult,
): Promise<LedgerJudgement> {
  return inTransaction(pool, async (tx) => {
    const session = await lockSessionOf(tx, late.job, late.generation);
    const job = await lockJob(tx, late);
    if (job === undefined) return refused('unknown_job');
    if (job.token_hash !== null && job.token_hash !== hashOf(late.token ?? '')) {
      return refused('wrong_token');
    }
    const text = JSON.stringify(late.result);
    const hash = hashOf(text);
    const isAfterCleanup = job.pruned_at !== null;
    const known = await findVerdict(tx, late);
    if (known !== undefined) {
      return { judgement: { kind: 'judged', verdict: known, isAfterCleanup }, isKnown: true };
    }
    const { freeIndex, ...ofJob } = await findKnown(tx, job, late, hash, session);
    const verdict = judge(ofJob, from);
    // After the clean-up nobody would ever clean up another payload, except that of a slot.
    const isKept = verdict === 'accepted' || (verdict !== 'duplicate' && !isAfterCleanup);
    await insertResult(tx, late, verdict, hash, isKept ? text : null);
    const judgement: Judgement = { kind: 'judged', verdict, isAfterCleanup };
    if (verdict !== 'accepted' || session === undefined || freeIndex === undefined) {
      return { judgement };
    }
    await fillSlot(tx, session, freeIndex, late);
    return { judgement, ...(mayRelease(session, freeIndex) && (await release(tx, session))) };
  });
}

function refused(why: Extract<Judgement, { kind: 'refused' }>['why']): LedgerJudgement {
  return { judgement: { kind: 'refused', why } };
}

interface LockedJob {
  state: string;
  token_hash: string | null;
  pruned_at: Date | null;
  session_index: number | null;
}

async function lockJob(tx: pg.PoolClient, late: LateResult): Promise<LockedJob | undefined> {
  const { rows } = await tx.query<LockedJob>(
    `select state, token_hash, pruned_at, session_index::float8 from holdfast.jobs
     where id = $1 and generation = $2 for update`,
    [late.job, late.generation],
  );
  return rows[0];
}

/** What was said before of the same arrival. */
async function findVerdict(
  tx: pg.PoolClient,
  { job, generation, arrival }: TakenResult,
): Promise<Verdict | undefined> {
  const { rows } = await tx.query<{ verdict: Verdict }>(
    `select verdict from holdfast.results
     where job_id = $1 and generation = $2 and arrival = $3`,
    [job, generation, arrival],
  );
  return rows[0]?.verdict;
}

async function findKnown(
  tx: pg.PoolClient,
  job: LockedJob,
  { job: id, generation, epoch }: LateResult,
  hash: string,
  session: Session | undefined,
): Promise<KnownOfJob & { freeIndex: number | undefined }> {
  const { rows } = await tx.query<{
    accepted_epoch: number | null;
    is_repeated: boolean;
    has_free_slot: boolean;
  }>(
    `select (select epoch from holdfast.results
             where job_id = $1 and generation = $2 and verdict = 'accepted') as accepted_epoch,
            exists (select 1 from holdfast.results where job_id = $1 and generation = $2
                    and epoch = $3 and hash = $4) as is_repeated,
            exists (select 1 from holdfast.session_slots where session_id = $5 and index = $6
                    and job_id = $1 and generation = $2 and index > $7) as has_free_slot`,
    [id, generation, epoch, hash, session?.id, job.session_index, session?.cursor],
  );
  const { accepted_epoch: acceptedEpoch, is_repeated: isRepeated = false } = rows[0] ?? {};
  const hasFreeSlot = rows[0]?.has_free_slot === true;
  return {
    isOpen: job.state === 'open',
    acceptedEpoch: acceptedEpoch ?? undefined,
    isRepeated,
    hasFreeSlot,
    freeIndex: hasFreeSlot ? (job.session_index ?? undefined) : undefined,
  };
}

async function insertResult(
  tx: pg.PoolClient,
  { job, generation, epoch, node, arrival }: TakenResult,
  verdict: Verdict,
  hash: string,
  payload: string | null,
): Promise<void> {
  await tx.query(
    `insert into holdfast.results (job_id, generation, epoch, node, verdict, hash, payload, arrival)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [job, generation, epoch, node, verdict, hash, payload, arrival],
  );
}

/** A placeholder gives way as well as an open slot does. */
async function fillSlot(
  tx: pg.PoolClient,
  { id }: Session,
  index: number,
  { job, generation }: LateResult,
): Promise<void> {
  await tx.query(
    `update holdfast.session_slots set state = 'succeeded', error = null, filled_at = now()
     where session_id = $1 and index = $2 and job_id = $3 and generation = $4
       and state <> 'succeeded' and released_at is null`,
    [id, index, job, generation],
  );
}
