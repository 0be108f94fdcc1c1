import { tickWorkflowId } from '../domain/ids.ts';
import { TICK_WORKFLOW } from '../domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../domain/queues.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Connections } from './connections.ts';

/**
 * Starts a tick of a schedule, unless one runs.
 *
 * @throws HoldfastError `temporal_unavailable`
 */
export async function startTick(
  { client, place }: Pick<Connections, 'client' | 'place'>,
  schedule: string,
): Promise<void> {
  try {
    await client.workflow.start(TICK_WORKFLOW, {
      taskQueue: ORCHESTRATOR_QUEUE,
      workflowId: tickWorkflowId(schedule),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowTaskTimeout: '5s',
      args: [schedule],
      staticSummary: `tick of schedule ${schedule}`,
    });
  } catch (error) {
    throw temporalError(error, place);
  }
}
