import { checkName } from '../domain/check.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import { PLACE_AGAIN_SIGNAL } from '../domain/messages.ts';
import type { Connections } from './connections.ts';
import { eachAtOnce } from '../domain/each-at-once.ts';

const SIGNALS_AT_ONCE = 50;
const WAITS_TOLD = 10_000;

/**
 * Ends the pause of a pool, and tells the jobs that it holds: by themselves they look again once a
 * minute only. See `NodesClient.resumePool`.
 */
export async function resumePool({ client, ledger }: Connections, name: string): Promise<boolean> {
  const pool = checkName(name, 'pool');
  if (!(await ledger.resumePool(pool))) return false;
  const waits = await ledger.listWaits({ pool, limit: WAITS_TOLD });
  await eachAtOnce(waits, SIGNALS_AT_ONCE, async ({ job, generation }) => {
    const handle = client.workflow.getHandle(jobWorkflowId(job, generation));
    // The pause has ended: one that was not told, or has ended, finds out by itself.
    await handle.signal(PLACE_AGAIN_SIGNAL).catch(() => undefined);
  });
  return true;
}
