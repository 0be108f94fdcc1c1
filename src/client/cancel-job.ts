import { WorkflowNotFoundError } from '@temporalio/client';
import { cancelled } from '../domain/attempt.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/** See `JobsClient.cancel`. */
export async function cancelJob(
  connections: Connections,
  id: string,
): Promise<{ readonly requested: boolean }> {
  const { client, place } = connections;
  const handle = client.workflow.getHandle(jobWorkflowId(id));
  try {
    const { status, raw } = await handle.describe();
    if (status.name === 'RUNNING') {
      await handle.cancel();
      return { requested: true };
    }
    return {
      requested: await closeAbandoned(connections, id, raw.workflowExecutionInfo?.firstRunId),
    };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw temporalError(error, place);
    // Closed between the two calls, or forgotten by Temporal since.
    if ((await connections.ledger.findJob(id)) === undefined) throw jobNotFound(id);
    return { requested: false };
  }
}

/** A job whose workflow was ended by force stays open in the ledger until someone closes it. */
async function closeAbandoned(
  { ledger }: Connections,
  id: string,
  runId: string | null | undefined,
): Promise<boolean> {
  const job = await ledger.findJob(id);
  if (job?.state !== 'open' || runId == null) return false;
  const { kind: jobKind, generation } = job;
  const outcome = cancelled('the job was cancelled after its workflow was ended by force');
  const inSession = job.session !== undefined;
  const close = { jobId: id, jobKind, generation, inSession, runId, outcome, attempts: [] };
  return (await ledger.closeJob(close)).closed.kind === 'own';
}
