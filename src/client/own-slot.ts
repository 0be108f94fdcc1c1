import type { JobRequest, SessionSlot } from '../domain/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SlotHolder } from '../ledger/session-slots.ts';
import type { Holder } from './dedupe.ts';
import { slotTaken } from './session-errors.ts';

const OTHER_INDEX = 'submit it under another index of the session';

/**
 * Refuses the next generation of a job whose slot its session has released, or would as soon as the old
 * one is cancelled: what readers have seen does not change. So nothing is cancelled in vain.
 *
 * @throws HoldfastError `session_slot_taken` or `ledger_unavailable`
 */
export async function checkOwnSlot(
  ledger: Ledger,
  { id }: Pick<Holder, 'id'>,
  { session: slot }: Pick<JobRequest, 'session'>,
): Promise<void> {
  if (slot === undefined) return;
  const holder = await ledger.findSlot(slot);
  if (holder?.job !== id) return;
  if (holder.isReleased) throw slotTaken(slot, holder, OTHER_INDEX);
  if (holder.state === 'open') await checkNotNext(ledger, slot, holder);
}

/** Refuses to end the job of the slot that its session releases next: its end would be released. */
export async function checkNotNext(
  ledger: Ledger,
  slot: SessionSlot,
  holder: SlotHolder,
): Promise<void> {
  if (!(await ledger.isTurn(slot))) return;
  const hint = `the session releases this index next, so the end of job ${holder.job} is what its readers would see; ${OTHER_INDEX}`;
  throw slotTaken(slot, holder, hint);
}
