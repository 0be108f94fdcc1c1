import { jobNotFound } from '../domain/job-not-found.ts';
import type { Connections } from './connections.ts';
import type { JobView } from './job-view.ts';

/**
 * A job that is in the outbox only.
 *
 * @throws HoldfastError `job_not_found`
 */
export async function viewEnqueued({ ledger }: Connections, id: string): Promise<JobView> {
  const row = await ledger.outbox.find(id);
  if (row === undefined) throw jobNotFound(id);
  const { kind, pool = 'unknown', enqueuedAt, deadAt, error } = row;
  const why =
    error === undefined
      ? 'it is in the outbox, for an orchestrator to start it'
      : `it is dead in the outbox: ${error.code}: ${error.message}`;
  return {
    ...{ id, kind, pool, generation: 1, state: 'open', session: undefined },
    ...{ attemptCount: 0, failoverCount: 0, openedAt: enqueuedAt, closedAt: undefined },
    ...{ error: undefined, input: null, result: undefined, attempts: [], results: [] },
    live: {
      ...{ phase: 'enqueued', why, waitsFor: 'outbox', since: deadAt ?? enqueuedAt },
      ...{ until: undefined, epoch: undefined, node: undefined, progress: undefined },
    },
  };
}
