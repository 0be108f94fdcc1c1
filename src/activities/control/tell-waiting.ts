import { getClient } from '@temporalio/activity';
import { PLACE_AGAIN_SIGNAL } from '../../domain/messages.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { tellJobs } from './tell-jobs.ts';

/** Jobs told of one change of a node, at most; the others look again by themselves. */
const TOLD_OF_A_NODE = 1_000;

/** Tells the jobs that wait for a node, or for any node of its pool, that it has changed. */
export async function tellWaiting(ledger: Ledger, node: string, pool: string): Promise<void> {
  await tell(ledger, { node, pool, limit: TOLD_OF_A_NODE });
}

/** Tells the job of a pool that waits longest that a slot has become free. */
export async function tellNextWaiting(ledger: Ledger, pool: string): Promise<void> {
  await tell(ledger, { pool, limit: 1 });
}

/** What was done is done: whoever could not be told looks again by itself. */
async function tell(ledger: Ledger, whom: Parameters<Ledger['waiting']>[0]): Promise<void> {
  try {
    await tellJobs(getClient(), await ledger.waiting(whom), PLACE_AGAIN_SIGNAL, () => []);
  } catch {
    return;
  }
}
