import { jobWorkflowId } from '../domain/ids.ts';
import { PLACE_AGAIN_SIGNAL } from '../domain/messages.ts';
import type { Connections } from './connections.ts';
import { eachAtOnce } from '../domain/each-at-once.ts';
import type { PlacedJob } from '../ledger/reservations.ts';

const AT_ONCE = 50;

/** Tells jobs that wait to ask again, for a grant or a place. One that was not told does so by itself. */
export async function tellWaiting(
  { client }: Pick<Connections, 'client'>,
  jobs: readonly PlacedJob[],
): Promise<void> {
  await eachAtOnce(jobs, AT_ONCE, async ({ job, generation }) => {
    const handle = client.workflow.getHandle(jobWorkflowId(job, generation));
    await handle.signal(PLACE_AGAIN_SIGNAL).catch(() => undefined);
  });
}
