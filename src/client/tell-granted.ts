import { jobWorkflowId } from '../domain/ids.ts';
import { PLACE_AGAIN_SIGNAL } from '../domain/messages.ts';
import type { Connections } from './connections.ts';
import { eachAtOnce } from '../domain/each-at-once.ts';
import type { GrantedJob } from '../ledger/decide-grants.ts';

const AT_ONCE = 50;

/** Tells jobs that they hold what they waited for. One that was not told asks again by itself. */
export async function tellGranted(
  { client }: Pick<Connections, 'client'>,
  jobs: readonly GrantedJob[],
): Promise<void> {
  await eachAtOnce(jobs, AT_ONCE, async ({ job, generation }) => {
    const handle = client.workflow.getHandle(jobWorkflowId(job, generation));
    await handle.signal(PLACE_AGAIN_SIGNAL).catch(() => undefined);
  });
}
