import type { PendingJob } from '../../client/pending-jobs.ts';
import { formatTable, shorten } from './table.ts';
import { formatSpan, formatTime } from './time.ts';

const REASON_LIMIT = 100;

/** Jobs that wait, as a table. */
export function formatPendingList(jobs: readonly PendingJob[], now: Date): string[] {
  return formatTable(
    ['ID', 'KIND', 'POOL', 'WAITS FOR', 'SINCE', 'WAITED', 'UNTIL', 'WHY'],
    jobs.map(({ id, kind, pool, waitsFor, node, since, until, why }) => [
      id,
      kind,
      pool,
      node === undefined || waitsFor === 'pool' ? waitsFor : `${waitsFor} ${node}`,
      formatTime(since),
      formatSpan(since, now),
      formatTime(until),
      shorten(why, REASON_LIMIT),
    ]),
  );
}
