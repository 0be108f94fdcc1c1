import { getClient } from '@temporalio/activity';
import type { NodeChange } from '../../domain/activities.ts';
import { PLACE_AGAIN_SIGNAL } from '../../domain/messages.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { tellJobs } from './tell-jobs.ts';

/**
 * Puts a change of a node on record, then tells the jobs that wait for it or for a node of its
 * pool: a pin's policy is evaluated again at every change of its node.
 */
export async function recordNode(ledger: Ledger, change: NodeChange): Promise<void> {
  await ledger.recordNode(change);
  await tellWaiting(ledger, change.name, change.registration.pool);
}

/** Takes a node off the record, and tells the jobs that wait for it. */
export async function forgetNode(
  ledger: Ledger,
  forgotten: { name: string; by: string; reason: string },
): Promise<void> {
  const node = await ledger.findNode(forgotten.name);
  await ledger.forgetNode(forgotten);
  if (node !== undefined) await tellWaiting(ledger, node.name, node.pool);
}

async function tellWaiting(ledger: Ledger, node: string, pool: string): Promise<void> {
  await tellJobs(getClient(), await ledger.waiting({ node, pool }), PLACE_AGAIN_SIGNAL, () => []);
}
