import { WorkflowNotFoundError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';
import { newestGeneration } from './find-holder.ts';
import { SUBMISSION_MEMO } from './start-generation.ts';

/**
 * Whether a generation of an id was started by this very submission. Whoever repeats one after a crash
 * asks first: with `dedupe: 'replace'` it would end the job that it has started, with `'reject'` be
 * refused because of it.
 *
 * @throws HoldfastError `temporal_unavailable`
 */
export async function wasStartedBy(
  connections: Connections,
  id: string,
  submission: string,
): Promise<boolean> {
  for (let generation = await newestGeneration(connections, id); generation >= 1; generation--) {
    if ((await submissionOf(connections, id, generation)) === submission) return true;
  }
  return false;
}

async function submissionOf(
  { client, place }: Connections,
  id: string,
  generation: number,
): Promise<unknown> {
  try {
    const { memo } = await client.workflow.getHandle(jobWorkflowId(id, generation)).describe();
    return memo?.[SUBMISSION_MEMO];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw temporalError(error, place);
  }
}
