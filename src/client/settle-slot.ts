import { HoldfastError } from '../domain/errors.ts';
import type { SessionSlot } from '../domain/job.ts';
import type { Session } from '../domain/session.ts';
import { DEFAULT_SESSION_RULES } from '../domain/session.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Connections } from './connections.ts';
import type { Dedupe, Holder } from './dedupe.ts';
import { endJob } from './end-job.ts';
import { inTime } from './in-time.ts';
import { sessionEnded, slotTaken } from './session-errors.ts';

/** The job that holds a slot. */
type Found = NonNullable<Awaited<ReturnType<Ledger['findSlot']>>>;

/** A submit to a session. */
interface SlotSubmit {
  readonly id: string;
  readonly slot: SessionSlot;
  readonly dedupe?: Dedupe | undefined;
}

/** What a submit to a session is to do: start its own job, or answer with the one that is there. */
export type SettledSlot =
  | { readonly kind: 'start'; readonly slot: SessionSlot }
  | { readonly kind: 'attach'; readonly holder: Holder };

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
  // An id that was submitted before is answered by its own job, unless that is to be replaced.
  if (dedupe !== 'replace' && (await ledger.findNewest(id)) !== undefined) return start;
  checkWithin(session, slot);
  if (holder === undefined) {
    if (isGone) throw passedOver(slot);
    return start;
  }
  switch (dedupe) {
    case 'reject':
      throw slotTaken(slot, holder, `give another index, or dedupe: ${ways(holder)}`);
    case 'attach':
      return { kind: 'attach', holder: asHolder(holder) };
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
  holder: Found,
): Promise<SessionSlot> {
  const { ledger } = connections;
  let now: Found | undefined = holder;
  if (holder.state === 'open' && !holder.isReleased) {
    await ledger.yieldSlot(slot, holder);
    await endJob(connections, asHolder(holder));
    now = await ledger.findSlot(slot);
  }
  if (now === undefined || (now.job === holder.job && now.canReplace)) {
    return { ...slot, replaces: holder.job };
  }
  throw slotTaken(slot, now, 'submit it to another index of the session');
}

function asHolder({ job: id, state, generation }: Found): Holder {
  return { id, state, generation };
}

function ways({ isReleased }: Found): string {
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
