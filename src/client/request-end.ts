import { WorkflowNotFoundError } from '@temporalio/client';
import { cancelled } from '../domain/attempt.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import { temporalError } from '../domain/temporal-error.ts';
import { hasEnded } from '../domain/workflow-status.ts';
import type { Connections } from './connections.ts';
import { tellWaiting } from './tell-waiting.ts';

/**
 * Asks for the end of a generation of a job. One whose workflow was ended by force, or is gone, is closed
 * at once.
 *
 * @returns false when it was closed already
 * @throws HoldfastError `job_not_found`, `temporal_unavailable` or `ledger_unavailable`
 */
export async function requestEnd(
  connections: Connections,
  id: string,
  generation: number,
): Promise<boolean> {
  const { client, place } = connections;
  const handle = client.workflow.getHandle(jobWorkflowId(id, generation));
  let isKnown = false;
  try {
    if (!hasEnded((await handle.describe()).status)) {
      await handle.cancel();
      return true;
    }
    isKnown = true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalError(error, place);
    // Closed between the two calls, or forgotten by Temporal since.
  }
  return closeAbandoned(connections, { id, generation, isKnown });
}

/** A job whose workflow is over stays open in the ledger until someone closes it. */
async function closeAbandoned(
  connections: Connections,
  { id, generation, isKnown }: { id: string; generation: number; isKnown: boolean },
): Promise<boolean> {
  const { ledger } = connections;
  const [job, newest] = await Promise.all([ledger.findJob(id, generation), ledger.findNewest(id)]);
  if (newest === undefined && !isKnown) throw jobNotFound(id);
  // Only the newest generation can be open.
  if (job?.state !== 'open' || newest?.generation !== generation) return false;
  const { kind: jobKind } = job;
  const { runId } = newest;
  const outcome = cancelled('the job was cancelled after its workflow was ended by force');
  const inSession = job.session !== undefined;
  const close = { jobId: id, jobKind, generation, inSession, runId, outcome, attempts: [] };
  // Nobody else gives back what it held, nor tells who gets it.
  const closing = await ledger.closeJob({ ...close, wasPlaced: true, hasNeeds: true });
  await tellWaiting(connections, closing.granted ?? []);
  return closing.closed.kind === 'own';
}
