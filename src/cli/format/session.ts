import type { SessionView } from '../../client/sessions.ts';
import type { Session, SessionRules } from '../../domain/session.ts';
import { formatLength } from '../../domain/length.ts';
import { formatFields, formatTable } from './table.ts';
import { formatTime, formatTimeAndAge } from './time.ts';

/** Sessions as a table. */
export function formatSessionList(sessions: readonly Session[]): string[] {
  return formatTable(
    ['ID', 'STATE', 'CURSOR', 'COUNT', 'GAP', 'JOBS', 'CREATED', 'WAITS SINCE', 'ENDED'],
    sessions.map((session) => [
      session.id,
      stateOf(session),
      String(session.cursor),
      countOf(session),
      gapOf(session),
      session.isStrict ? 'one by one' : 'parallel',
      formatTime(session.createdAt),
      formatTime(session.gapSince),
      formatTime(session.endedAt),
    ]),
  );
}

/** A session with all that is known of it, for people. */
export function formatSession(session: SessionView, now: Date): string[] {
  const { gapSince, skipAt, endedAt, slots } = session;
  const waits = gapSince && `for index ${session.cursor + 1}, since `;
  return formatFields({
    session: session.id,
    state: stateOf(session),
    gap: gapOf(session),
    jobs: session.isStrict ? 'one at a time, in order' : 'in parallel',
    created: formatTimeAndAge(session.createdAt, now),
    cursor: session.cursor === -1 ? '-1, nothing is released yet' : String(session.cursor),
    count: session.count === undefined ? 'not closed' : String(session.count),
    waits: gapSince && `${waits}${formatTimeAndAge(gapSince, now)}`,
    'skipped at': skipAt && formatTimeAndAge(skipAt, now),
    slots: `${slots.taken} taken, ${slots.filled} filled, ${slots.released} released`,
    ended: endedAt && formatTimeAndAge(endedAt, now),
  });
}

function stateOf({ endedAt, count }: Session): string {
  if (endedAt !== undefined) return 'ended';
  return count === undefined ? 'open' : 'closed';
}

function countOf({ count }: Session): string {
  return count === undefined ? '-' : String(count);
}

function gapOf({ skipAfterMs }: SessionRules): string {
  return skipAfterMs === undefined ? 'wait' : `skip after ${formatLength(skipAfterMs)}`;
}
