import type pg from 'pg';
import type { JobError, JobSpec, SessionSlot } from '../domain/job.ts';
import type { Session } from '../domain/session.ts';
import type { SlotHolder } from './session-slots.ts';
import { findSlot } from './session-slots.ts';

/** Whether a job has its slot now, or why not. */
export type TakenSlot =
  | { readonly kind: 'taken' }
  /** The result or error of the job before is gone from it: the session may have less to wait for. */
  | { readonly kind: 'taken_over' }
  | { readonly kind: 'refused'; readonly error: JobError };

/**
 * Takes a slot of a session, which must be locked, for a job that is on record. An earlier generation of
 * the same job gives its slot up as one does that the job says it replaces.
 */
export async function takeSlot(
  tx: pg.PoolClient,
  session: Session,
  slot: SessionSlot,
  job: Pick<JobSpec, 'id' | 'generation'>,
): Promise<TakenSlot> {
  const { id, count, cursor } = session;
  const { index, replaces } = slot;
  if (count !== undefined && index >= count) {
    const message = `session ${id} has ${count} indexes and none of ${index}`;
    return refused('session_ended', message);
  }
  const holder = await findSlot(tx, slot);
  if (holder === undefined) {
    if (index <= cursor) {
      return refused('session_slot_taken', `index ${index} of session ${id} was passed over`);
    }
    await insertSlot(tx, slot, job);
    return { kind: 'taken' };
  }
  const isOwn = holder.job === job.id && holder.generation < job.generation;
  if (!(isOwn || holder.job === replaces) || !holder.canReplace) {
    return refused('session_slot_taken', belongsTo(slot, holder, isOwn));
  }
  await replaceHolder(tx, slot, job, holder);
  return { kind: 'taken_over' };
}

async function insertSlot(
  tx: pg.PoolClient,
  slot: SessionSlot,
  { id, generation }: Pick<JobSpec, 'id' | 'generation'>,
): Promise<void> {
  await tx.query(
    `insert into holdfast.session_slots (session_id, index, job_id, generation)
     values ($1, $2, $3, $4)`,
    [slot.id, slot.index, id, generation],
  );
}

/** What the clean-up had kept of the job before for the slot's sake goes, too. */
async function replaceHolder(
  tx: pg.PoolClient,
  slot: SessionSlot,
  { id, generation }: Pick<JobSpec, 'id' | 'generation'>,
  holder: SlotHolder,
): Promise<void> {
  await tx.query(
    `with replaced as (
       update holdfast.session_slots
       set job_id = $3, generation = $4, state = 'open', error = null, filled_at = null,
           taken_at = now(), yields = false
       where session_id = $1 and index = $2 and job_id = $5 and generation = $6
         and state <> 'open' and released_at is null
     )
     update holdfast.results result set payload = null
     from holdfast.jobs job
     where job.id = $5 and job.generation = $6 and job.pruned_at is not null
       and result.job_id = job.id and result.generation = job.generation`,
    [slot.id, slot.index, id, generation, holder.job, holder.generation],
  );
}

function belongsTo(
  { id, index, replaces }: SessionSlot,
  { job, ...holder }: SlotHolder,
  isOwn: boolean,
): string {
  const message = `index ${index} of session ${id} belongs to job ${job}`;
  if (job !== replaces && !isOwn) return message;
  return `${message}, which ${holder.isReleased ? 'was released' : 'is open'}`;
}

function refused(code: JobError['code'], message: string): TakenSlot {
  return { kind: 'refused', error: { code, message } };
}
