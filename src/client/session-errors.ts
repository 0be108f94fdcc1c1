import { HoldfastError, invalid, show } from '../domain/errors.ts';
import type { SessionSlot } from '../domain/job.ts';
import type { Session, SessionRules } from '../domain/session.ts';
import type { SlotHolder } from '../ledger/session-slots.ts';

/** The error for an id that no session has. */
export function sessionNotFound(id: string): HoldfastError {
  return new HoldfastError('session_not_found', `no session has the id ${show(id)}`, {
    hint: 'the first submit to a session creates it, as `holdfast sessions create` does; see `holdfast sessions list`',
    details: { session: id },
  });
}

/** The error for a session that is there with other rules. */
export function sessionExists({ id, ...rules }: Session): HoldfastError {
  const { skipAfterMs, isStrict } = rules;
  return new HoldfastError(
    'session_exists',
    `session ${id} exists with other rules: ${rulesText(rules)}`,
    {
      hint: 'the rules of a session are set once: create it before its first job, or take another id',
      details: { session: id, rules: { skipAfterMs: skipAfterMs ?? null, isStrict } },
    },
  );
}

/** The rules of a session in words. */
function rulesText({ skipAfterMs, isStrict }: SessionRules): string {
  const gap = skipAfterMs === undefined ? 'waits for a gap' : `skips a gap after ${skipAfterMs} ms`;
  return `${gap}, ${isStrict ? 'one job at a time' : 'jobs in parallel'}`;
}

/** The error for an index behind the end of a session, or for another end than it has. */
export function sessionEnded(
  { id, count }: Pick<Session, 'id'> & { readonly count: number },
  what: string,
): HoldfastError {
  const end = count === 0 ? 'it has no index' : `its last index is ${count - 1}`;
  return new HoldfastError('session_ended', `session ${id} was closed, ${end}: ${what}`, {
    hint: `see \`holdfast sessions show ${id}\``,
    details: { session: id, count },
  });
}

/**
 * The error for a reader that says it has seen what was not released yet.
 *
 * @param after what it says
 */
export function aheadOfSession({ id, cursor, count }: Session, after: number): HoldfastError {
  const released =
    cursor === -1 ? 'session %s has released nothing' : 'the last that session %s has released';
  const hint =
    count === undefined
      ? 'give the index of the last result that you have seen of this session'
      : `the session ends at index ${count - 1}; give that of the last result that you have seen of it`;
  return invalid('after', `at most ${cursor} (${released.replace('%s', id)})`, after, hint);
}

/** The error for a slot that another job holds, or an earlier generation of the same one. */
export function slotTaken(
  slot: SessionSlot,
  { job, state, isReleased }: Pick<SlotHolder, 'job' | 'state' | 'isReleased'>,
  hint: string,
): HoldfastError {
  const why = isReleased ? ', is released or passed over, and cannot be replaced' : '';
  return new HoldfastError(
    'session_slot_taken',
    `index ${slot.index} of session ${slot.id} belongs to job ${job} (${state})${why}`,
    { hint, details: { session: slot.id, index: slot.index, holder: job, state, isReleased } },
  );
}
