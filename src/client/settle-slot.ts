import { HoldfastError } from '../domain/errors.ts';
import type { SessionSlot } from '../domain/job.ts';
import type { Session } from '../domain/session.ts';
import { DEFAULT_SESSION_RULES } from '../domain/session.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { awaitResult } from './await-result.ts';
import { cancelJob } from './cancel-job.ts';
import type { Connections } from './connections.ts';
import type { Dedupe } from './dedupe.ts';
import { inTime } from './in-time.ts';
import { sessionEnded } from './session-errors.ts';

/** The job that holds a slot. */
type Holder = NonNullable<Awaited<ReturnType<Ledger['findSlot']>>>;

/** A submit to a session. */
interface SlotSubmit {
  readonly id: string;
  readonly slot: SessionSlot;
  readonly dedupe?: Dedupe | undefined;
}

/** What a submit to a session is to do: start its own job, or answer with the one that is there. */
export type SettledSlot =
  | { readonly kind: 'start'; readonly slot: SessionSlot }
  | { readonly kind: 'attach'; readonly job: string };

/**
 * Makes sure that the session of a submit exists, and looks who holds the slot. When the ledger does
 * not answer, the job is started all the same: its workflow asks again. Only `attach` and `replace`
 * cannot do without.
 *
 * @throws HoldfastError `session_slot_taken`, `session_ended` or `ledger_unavailable`
 */
export async function settleSlot(
  connections: Connections,
  { id, slot, dedupe = 'reject' }: SlotSubmit,
): Promise<SettledSlot> {
  const { ledger } = connections;
  const start: SettledSlot = { kind: 'start', slot };
  const asked = Promise.all([sessionOf(ledger, slot.id), ledger.findSlot(slot)]);
  const found = await (dedupe === 'reject' ? inTime(asked) : asked);
  if (found === undefined) return start;
  const [session, holder] = found;
  const isFree = holder === undefined || holder.job === id || holder.job === slot.replaces;
  const isGone = holder === undefined && slot.index <= session.cursor;
  if (isFree && !isGone && !isBeyond(session, slot)) return start;
  // An id that was submitted before is answered by its own job, whatever became of that.
  if ((await ledger.findJob(id)) !== undefined) return start;
  checkWithin(session, slot);
  if (holder === undefined) {
    if (isGone) throw passedOver(slot);
    return start;
  }
  switch (dedupe) {
    case 'reject':
      throw slotTaken(slot, holder, `give another index, or dedupe: ${ways(holder)}`);
    case 'attach':
      return { kind: 'attach', job: holder.job };
    case 'replace':
      return { kind: 'start', slot: await freed(connections, slot, holder) };
  }
}

/** Most submits find it there, and a read is cheaper. */
async function sessionOf(ledger: Ledger, id: string): Promise<Session> {
  return (await ledger.findSession(id)) ?? ledger.createSession(id, DEFAULT_SESSION_RULES);
}

function isBeyond({ count }: Session, { index }: SessionSlot): boolean {
  return count !== undefined && index >= count;
}

function checkWithin({ id, count }: Session, { index }: SessionSlot): void {
  if (count === undefined || index < count) return;
  throw sessionEnded({ id, count }, `index ${index} is not one of it`);
}

/** The slot, to be taken over from its holder, which has ended. */
async function freed(
  connections: Connections,
  slot: SessionSlot,
  holder: Holder,
): Promise<SessionSlot> {
  const { ledger } = connections;
  let now: Holder | undefined = holder;
  if (holder.state === 'open' && !holder.isReleased) {
    await ledger.yieldSlot(slot, holder.job);
    await cancelJob(connections, holder.job);
    // However it ends: only that it does matters.
    await awaitResult(connections, holder.job).catch(unlessUnavailable);
    now = await ledger.findSlot(slot);
  }
  if (now === undefined || (now.job === holder.job && now.canReplace)) {
    return { ...slot, replaces: holder.job };
  }
  throw slotTaken(slot, now, 'submit it to another index of the session');
}

function unlessUnavailable(error: unknown): void {
  const isUnavailable = error instanceof HoldfastError && error.retryable;
  if (isUnavailable) throw error;
}

function ways({ isReleased }: Holder): string {
  return isReleased ? 'attach' : 'attach or replace';
}

/** The error for an index that its session has gone on without. */
function passedOver({ id, index }: SessionSlot): HoldfastError {
  return new HoldfastError(
    'session_slot_taken',
    `index ${index} of session ${id} was passed over`,
    {
      hint: `nothing had come in time: see \`holdfast sessions show ${id}\`; give an index beyond its cursor`,
      details: { session: id, index },
    },
  );
}

/** The error for a slot that another job holds. */
function slotTaken(slot: SessionSlot, holder: Holder, hint: string): HoldfastError {
  const { job, state, isReleased } = holder;
  const why = isReleased ? ', is released or passed over, and cannot be replaced' : '';
  return new HoldfastError(
    'session_slot_taken',
    `index ${slot.index} of session ${slot.id} belongs to job ${job} (${state})${why}`,
    { hint, details: { session: slot.id, index: slot.index, holder: job, state, isReleased } },
  );
}
