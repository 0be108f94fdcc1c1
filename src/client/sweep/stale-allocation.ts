import type { Allocation } from '../../ledger/sweep-stale.ts';
import { tellWaiting } from '../tell-waiting.ts';
import type { SweepPart } from './sweep-part.ts';
import { batchOf, inParts, recovered } from './sweep-part.ts';

/** What is held for jobs that are not open is released, and those that wait for it are told. */
export const sweepStaleAllocations: SweepPart = inParts({
  grants: sweepTable('grants', 'resources'),
  reservations: sweepTable('reservations', 'a slot of a node'),
  waits: sweepTable('waits', 'a place among those that wait'),
  rate_starts: sweepTable('rate_starts', 'a start of its rate'),
});

function sweepTable(table: Allocation, held: string): SweepPart {
  return async (context, { cursor, limit, isDry = false }) => {
    const { ledger } = context;
    const page = await ledger.sweep.allocations(table, { cursor, limit });
    const isDone = isDry || page.stale.length === 0;
    const { released, waiters } = isDone
      ? { released: page.stale, waiters: [] }
      : await ledger.sweep.releaseStale(table, page.stale);
    await tellWaiting(context, waiters);
    const recoveries = released.map(({ job: id, generation }) =>
      recovered('stale_allocation', { id, generation }, `it was over and held ${held}: released`),
    );
    return batchOf(page.looked, recoveries, page.cursor);
  };
}
