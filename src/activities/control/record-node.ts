import type { NodeChange } from '../../domain/activities.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { tellWaiting } from './tell-waiting.ts';

/**
 * Puts a change of a node on record, then tells the jobs that wait for it or for a node of its
 * pool: a pin's policy is evaluated again at every change of its node.
 */
export async function recordNode(ledger: Ledger, change: NodeChange): Promise<void> {
  await ledger.recordNode(change);
  await tellWaiting(ledger, change.name, change.registration.pool);
}

/** Takes a node that is offline off the record, and tells the jobs that wait for it. */
export async function forgetNode(
  ledger: Ledger,
  forgotten: { name: string; by: string; reason: string },
): Promise<boolean> {
  const node = await ledger.findNode(forgotten.name);
  const isForgotten = await ledger.forgetNode(forgotten);
  if (isForgotten && node !== undefined) await tellWaiting(ledger, node.name, node.pool);
  return isForgotten;
}
