import { setTimeout as delay } from 'node:timers/promises';
import type { HoldfastClient } from '../../client/connect.ts';
import type { HoldfastProcess } from '../holdfast-process.ts';

/** Long enough for an answer that the node sent before it froze to reach the server. */
const SETTLE_MS = 100;

/**
 * Kills a node with SIGKILL in the middle of a job. The node is frozen first, so that the attempt
 * cannot end between the look and the kill; when it had ended already, the node is thawed.
 *
 * @returns when the node was killed, in milliseconds since the Unix epoch, or undefined
 */
export async function killInAttempt(
  process: HoldfastProcess,
  isHeld: () => Promise<boolean>,
): Promise<number | undefined> {
  process.signal('SIGSTOP');
  await delay(SETTLE_MS);
  if (await isHeld().catch(() => false)) {
    const killedAt = Date.now();
    process.signal('SIGKILL');
    return killedAt;
  }
  process.signal('SIGCONT');
  return undefined;
}

/** True while the server holds a job's attempt for running on a node. */
export async function isRunningOn(
  { jobs }: HoldfastClient,
  id: string,
  node: string,
): Promise<boolean> {
  const { live } = await jobs.get(id);
  return live?.phase === 'running' && live.node === node;
}
