import { randomUUID } from 'node:crypto';
import { checkName } from '../domain/check.ts';
import type { JobRequest } from '../domain/job.ts';
import type { JobDefinition } from '../handlers/define-job.ts';
import type { Connections } from './connections.ts';
import type { Dedupe } from './dedupe.ts';
import type { JobHandle } from './job-handle.ts';
import { jobHandle } from './job-handle.ts';
import type { SubmitOptions } from './job-request.ts';
import { jobRequest } from './job-request.ts';
import { pinWarnings } from './pin-warnings.ts';
import { settleSlot } from './settle-slot.ts';
import type { StartedJob } from './start-job.ts';
import { startJob } from './start-job.ts';

/** See `JobsClient.submit`. */
export async function submitJob(
  connections: Connections,
  kind: JobDefinition | string,
  input: unknown,
  options: SubmitOptions = {},
): Promise<JobHandle<never>> {
  const id = checkName(options.id ?? randomUUID(), 'id');
  const request = await jobRequest(id, kind, input, options);
  const [warnings, started] = await Promise.all([
    pinWarnings(connections.ledger, request),
    startInSession(connections, id, request, options.dedupe),
  ]);
  return jobHandle(connections, started, warnings);
}

/**
 * Starts a job, with its place in its session; answers with the job that is started or there.
 *
 * @throws HoldfastError as `startJob`, and in a session `session_slot_taken` and `session_ended`
 */
async function startInSession(
  connections: Connections,
  id: string,
  request: JobRequest,
  dedupe: Dedupe | undefined,
): Promise<StartedJob & { readonly id: string }> {
  const { session: slot } = request;
  if (slot === undefined) return { id, ...(await startJob(connections, id, request, dedupe)) };
  const settled = await settleSlot(connections, { id, slot, dedupe });
  if (settled.kind === 'attach') {
    const { holder } = settled;
    return { id: holder.id, generation: holder.generation, isNew: false, holder };
  }
  const placed = { ...request, session: settled.slot };
  return { id, ...(await startJob(connections, id, placed, dedupe)) };
}
