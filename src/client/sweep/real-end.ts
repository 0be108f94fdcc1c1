import { WorkflowFailedError } from '@temporalio/client';
import type { JobError, JobOutcome } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import type { JobStatus } from '../../domain/messages.ts';
import { STATUS_QUERY } from '../../domain/messages.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import type { Connections } from '../connections.ts';
import { jobErrorOf } from '../job-error.ts';
import type { SweptEnd } from './close-swept.ts';
import type { DescribedJob } from './describe-job.ts';

/** A workflow that is over answers when an orchestrator is there to play it again. */
const QUERY_TIMEOUT_MS = 3_000;

/** How a job ended, from its workflow, which is over. */
export async function realEnd(connections: Connections, run: DescribedJob): Promise<SweptEnd> {
  const [outcome, attempts] = await Promise.all([
    outcomeOf(connections, run),
    attemptsOf(connections, run),
  ]);
  const last = attempts.findLast((attempt) => attempt.outcome === 'succeeded');
  if (outcome.state !== 'succeeded' || last === undefined) return { outcome, attempts };
  return { outcome, attempts, accepted: { epoch: last.epoch, node: last.node } };
}

async function outcomeOf(
  { client, place }: Connections,
  { workflowId, runId }: DescribedJob,
): Promise<JobOutcome> {
  try {
    const handle = client.workflow.getHandle<() => Promise<Json>>(workflowId, runId);
    return { state: 'succeeded', result: await handle.result() };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return failed(jobErrorOf(error));
    throw temporalError(error, place);
  }
}

function failed(error: JobError): JobOutcome {
  return { state: error.code === 'job_cancelled' ? 'cancelled' : 'failed', error };
}

/** Its attempts as far as they can be told at once. */
async function attemptsOf(
  { client }: Connections,
  { workflowId, runId }: DescribedJob,
): Promise<JobStatus['attempts']> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const status = await client
    .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query<JobStatus>(STATUS_QUERY))
    .catch(() => undefined);
  return status?.attempts ?? [];
}
