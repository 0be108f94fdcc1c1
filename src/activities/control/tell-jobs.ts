import type { getClient } from '@temporalio/activity';
import { jobWorkflowId } from '../../domain/ids.ts';

/** A client of the Temporal server. */
export type Client = ReturnType<typeof getClient>;

/** A start of a job. */
interface JobStart {
  readonly job: string;
  readonly generation: number;
}

/** Signals on their way at a time. */
const AT_ONCE = 50;

/**
 * Sends each job a signal with an argument of its own; a job that has ended needs none. One that
 * cannot be told keeps nobody else from being told.
 *
 * @returns how many were told
 * @throws the first error, when all others have been told
 */
export async function tellJobs<Target extends JobStart>(
  client: Client,
  targets: readonly Target[],
  signal: string,
  argumentsFor: (target: Target) => unknown[],
): Promise<number> {
  const waiting = targets.values();
  let told = 0;
  const errors: unknown[] = [];
  const send = async (): Promise<void> => {
    for (const target of waiting) {
      const handle = client.workflow.getHandle(jobWorkflowId(target.job, target.generation));
      try {
        await handle.signal(signal, ...argumentsFor(target));
        told++;
      } catch (error) {
        const hasEnded = error instanceof Error && error.name === 'WorkflowNotFoundError';
        if (!hasEnded) errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, targets.length) }, send));
  if (errors.length > 0) throw errors[0];
  return told;
}
