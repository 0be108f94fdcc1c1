import { WorkflowNotFoundError } from '@temporalio/client';
import { jobWorkflowId } from '../domain/ids.ts';
import type { JobState } from '../domain/job.ts';
import { hasEnded } from '../domain/workflow-status.ts';
import type { Connections } from './connections.ts';
import { startedWith } from './started-with.ts';

/** A generation of an id as Temporal knows it. */
export interface StartedGeneration {
  readonly state: JobState;
  /** It is closed, and its horizon over. */
  readonly isOver: boolean;
  /** Its workflow was ended from outside: the ledger may still have it open. */
  readonly wasForced: boolean;
}

const ENDED: Readonly<Record<string, JobState>> = {
  COMPLETED: 'succeeded',
  CANCELLED: 'cancelled',
};
const FORCED: readonly string[] = ['TERMINATED', 'TIMED_OUT'];
const PATIENCE_MS = 5_000;

/**
 * A generation whose workflow Temporal knows, running or ended, or undefined.
 *
 * @throws Temporal's own errors
 */
export async function findStarted(
  connections: Connections,
  id: string,
  generation: number,
): Promise<StartedGeneration | undefined> {
  const { client } = connections;
  const handle = client.workflow.getHandle(jobWorkflowId(id, generation));
  return client.withDeadline(Date.now() + PATIENCE_MS, async () => {
    try {
      const described = await handle.describe();
      const status = described.status.name;
      if (!hasEnded(described.status)) return { state: 'open', isOver: false, wasForced: false };
      const request = await startedWith(connections, described);
      const horizonMs = request?.horizonMs ?? Infinity;
      const sinceMs = Date.now() - (described.closeTime?.getTime() ?? Infinity);
      return {
        state: ENDED[status] ?? 'failed',
        isOver: sinceMs >= horizonMs,
        wasForced: FORCED.includes(status),
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  });
}

// google.rpc.Code
const NOT_FOUND = 5;

/** Also when it is forgotten between two calls. */
function isGone(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (error as { code?: unknown }).code === NOT_FOUND;
}
