import { WorkflowNotFoundError } from '@temporalio/client';
import { HoldfastError } from '../domain/errors.ts';
import { jobWorkflowId } from '../domain/ids.ts';
import type { JobRequest } from '../domain/job.ts';
import { jobNotFound } from '../domain/job-not-found.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';
import type { IdHolder } from './dedupe.ts';
import { jobExists } from './dedupe.ts';
import { findHolder } from './find-holder.ts';
import type { JobHandle } from './job-handle.ts';
import { jobHandle } from './job-handle.ts';
import { startNext } from './start-job.ts';
import { startedWith } from './started-with.ts';

/** See `JobsClient.retry`. */
export async function retryJob(connections: Connections, id: string): Promise<JobHandle<never>> {
  const holder = await findHolder(connections, id, await connections.ledger.findNewest(id));
  if (holder === undefined) throw jobNotFound(id);
  if (holder.state === 'open') {
    throw jobExists(holder, 'only a job that has ended is retried by hand: cancel it first');
  }
  const { request, warnings } = await storedRequest(connections, holder);
  const started = await startNext(connections, holder, request);
  if (started !== undefined) return jobHandle(connections, { id, ...started }, warnings);
  const next = { ...holder, generation: holder.generation + 1, state: 'open' as const };
  throw jobExists(next, 'somebody else has just started it');
}

/** What a job was submitted with, and what of that is no longer known. */
interface StoredRequest {
  readonly request: JobRequest;
  readonly warnings: readonly string[];
}

async function storedRequest(
  connections: Connections,
  { id, generation }: IdHolder,
): Promise<StoredRequest> {
  const { ledger } = connections;
  const known = await requestInTemporal(connections, id, generation);
  if (known !== undefined) return { request: known, warnings: [] };
  const [job, newest] = await Promise.all([ledger.findJob(id, generation), ledger.findNewest(id)]);
  if (job === undefined) throw jobNotFound(id);
  if (job.prunedAt !== undefined) throw inputGone(id);
  const { kind, pool, input, session, options } = job;
  const request: JobRequest = {
    ...(newest?.horizonMs === undefined ? {} : { horizonMs: newest.horizonMs }),
    ...options,
    kind,
    pool,
    input,
    ...(session === undefined ? {} : { session }),
  };
  return { request, warnings: options === undefined ? [FORGOTTEN] : [] };
}

/** Said of jobs that were opened by a version which did not put it on record. */
const FORGOTTEN =
  'Temporal has forgotten how the job was submitted: its timeouts, retries, pins and labels are the defaults now';

async function requestInTemporal(
  connections: Connections,
  id: string,
  generation: number,
): Promise<JobRequest | undefined> {
  const handle = connections.client.workflow.getHandle(jobWorkflowId(id, generation));
  try {
    return await startedWith(connections, await handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalError(error, connections.place);
  }
}

function inputGone(id: string): HoldfastError {
  return new HoldfastError('job_closed', `job ${id} has ended and its input was cleaned up`, {
    hint: `submit it with its input and dedupe: 'replace', which starts the next generation`,
    details: { job: id },
  });
}
