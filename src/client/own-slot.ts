import type { JobRequest } from '../domain/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Holder } from './dedupe.ts';
import { slotTaken } from './session-errors.ts';

/**
 * Makes the slot of a job free for its next generation: the end of an open one shall leave no
 * placeholder there. What its session has released does not change, so nothing is ended in vain.
 *
 * @throws HoldfastError `session_slot_taken` or `ledger_unavailable`
 */
export async function yieldOwnSlot(
  ledger: Ledger,
  { id, generation }: Pick<Holder, 'id' | 'generation'>,
  { session: slot }: Pick<JobRequest, 'session'>,
): Promise<void> {
  if (slot === undefined) return;
  const holder = await ledger.findSlot(slot);
  if (holder?.job !== id) return;
  if (holder.isReleased) {
    throw slotTaken(slot, holder, 'submit it under another index of the session');
  }
  if (holder.state === 'open') await ledger.yieldSlot(slot, { job: id, generation });
}
