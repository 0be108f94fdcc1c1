import type { CloseJob } from '../../domain/activities.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { SweptJob } from '../../ledger/sweep-open-jobs.ts';
import type { Connections } from '../connections.ts';
import { tellWaiting } from '../tell-waiting.ts';

/** How a job ended whose workflow did not say so itself. */
export type SweptEnd = Pick<CloseJob, 'outcome' | 'attempts' | 'accepted'>;

/**
 * Closes a job in the stead of its workflow, if it is still open for the run that was seen, and tells
 * whoever waits for what it held.
 *
 * @returns false when somebody else closed it or took it over
 */
export async function closeSwept(
  connections: Connections,
  { id: jobId, generation, kind: jobKind, pool, session, runId }: SweptJob,
  end: SweptEnd,
): Promise<boolean> {
  const { ledger } = connections;
  const job = { jobId, generation, jobKind, pool, runId, inSession: session !== undefined };
  // Nobody knows what it held: whatever it was, it goes.
  const close: CloseJob = { ...job, ...end, wasPlaced: true, hasNeeds: true };
  const closing = await ledger.closeJob(close).catch(unlessTakenOver);
  if (closing?.closed.kind !== 'own') return false;
  const { turn, granted = [] } = closing;
  const next = await ledger.waiting({ pool, limit: 1 }).catch(() => []);
  const inTurn = turn === undefined ? [] : [{ job: turn.jobId, generation: turn.generation }];
  await tellWaiting(connections, [...inTurn, ...granted, ...next]);
  return true;
}

/** Another run of its workflow has it open, and will close it. */
function unlessTakenOver(error: unknown): undefined {
  if (error instanceof HoldfastError && error.code === 'internal') return undefined;
  throw error;
}
