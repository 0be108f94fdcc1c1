import type { JobRequest } from '../domain/job.ts';
import type { Connections } from './connections.ts';
import { settleSlot } from './settle-slot.ts';
import type { StartedJob, StartOptions } from './start-job.ts';
import { startJob } from './start-job.ts';

/**
 * Starts a job, with its place in its session; answers with the job that is started or there.
 *
 * @throws HoldfastError as `startJob`, and in a session `session_slot_taken` and `session_ended`
 */
export async function startInSession(
  connections: Connections,
  id: string,
  request: JobRequest,
  options: StartOptions = {},
): Promise<StartedJob & { readonly id: string }> {
  const { session: slot } = request;
  if (slot === undefined) return { id, ...(await startJob(connections, id, request, options)) };
  const settled = await settleSlot(connections, { id, slot, dedupe: options.dedupe });
  if (settled.kind === 'attach') {
    const { holder } = settled;
    return { id: holder.id, generation: holder.generation, isNew: false, holder };
  }
  const placed = { ...request, session: settled.slot };
  return { id, ...(await startJob(connections, id, placed, options)) };
}
