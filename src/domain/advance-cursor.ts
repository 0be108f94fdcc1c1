import type { SessionRules } from './session.ts';

/** Where a session stands. Times are milliseconds since the Unix epoch, by the ledger's clock. */
export interface SessionPosition {
  /** The last index that was released or passed over; -1 before the first. */
  readonly cursor: number;
  /** How many indexes the session has; undefined until it was closed. */
  readonly count: number | undefined;
  /** Since when something has waited behind the next index; undefined when nothing does. */
  readonly gapSince: number | undefined;
}

/** What is known of the slots above the cursor. */
export interface SlotsAhead {
  /** The filled ones in order, or the first some hundred of them. */
  readonly filled: readonly number[];
  /** The lowest index that a job holds, filled or not. */
  readonly firstTaken: number | undefined;
}

/** A step of the cursor. */
export interface CursorStep extends SessionPosition {
  /** Indexes that were passed over by this step. */
  readonly skipped: number;
  /** When the next index is passed over if nothing comes before. */
  readonly skipAt: number | undefined;
  /** Whether there may be another step: read the slots above the new cursor and ask again. */
  readonly again: boolean;
}

/**
 * The rule of release: the cursor goes over every filled slot in a row, then over a gap that has
 * held something up for longer than the session allows.
 *
 * A gap ends at the next filled slot. Where only the session's end waits behind it, and in a strict
 * session, an index whose job is open is no gap: that job is on its way.
 */
export function advanceCursor(
  rules: SessionRules,
  position: SessionPosition,
  slots: SlotsAhead,
  now: number,
): CursorStep {
  const cursor = endOfRun(position.cursor, slots.filled);
  const hasMoved = cursor > position.cursor;
  const step = { cursor, count: position.count, skipped: 0, again: false };
  const none = { gapSince: undefined, skipAt: undefined };
  // What a job holds beyond the new cursor was not asked for.
  if (hasMoved && needsTaken(rules, position)) return { ...step, ...none, again: true };
  const gapEnd = endOfGap(rules, { ...position, cursor }, slots);
  if (gapEnd === undefined) return { ...step, ...none };
  const gapSince = hasMoved ? now : (position.gapSince ?? now);
  const skipAt = rules.skipAfterMs === undefined ? undefined : gapSince + rules.skipAfterMs;
  if (skipAt === undefined || now < skipAt) return { ...step, gapSince, skipAt };
  return { ...step, ...none, cursor: gapEnd - 1, skipped: gapEnd - 1 - cursor, again: true };
}

function endOfRun(cursor: number, filled: readonly number[]): number {
  return filled.reduce((end, index) => (index === end + 1 ? index : end), cursor);
}

/** Whether something else than a filled slot may wait behind a gap. */
function needsTaken({ isStrict }: SessionRules, { count }: SessionPosition): boolean {
  return isStrict || count !== undefined;
}

/** The index behind the gap after the cursor, or undefined when nothing waits there. */
function endOfGap(
  rules: SessionRules,
  position: SessionPosition,
  { filled, firstTaken }: SlotsAhead,
): number | undefined {
  const { cursor, count } = position;
  if (count !== undefined && cursor + 1 >= count) return undefined;
  const nextFilled = filled.find((index) => index > cursor);
  if (!rules.isStrict && nextFilled !== undefined) return nextFilled;
  if (!needsTaken(rules, position)) return undefined;
  const end = firstTaken ?? count;
  return end === cursor + 1 ? undefined : end;
}
