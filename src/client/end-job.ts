import { HoldfastError } from '../domain/errors.ts';
import { awaitEnd } from './await-result.ts';
import type { Connections } from './connections.ts';
import type { Holder } from './dedupe.ts';
import { requestEnd } from './request-end.ts';

/**
 * Cancels a job and waits until it is closed, however it ends.
 *
 * @throws HoldfastError `job_not_found`, `temporal_unavailable` or `ledger_unavailable`
 */
export async function endJob(
  connections: Connections,
  { id, generation }: Pick<Holder, 'id' | 'generation'>,
): Promise<void> {
  await requestEnd(connections, id, generation);
  await awaitEnd(connections, id, generation).catch((error: unknown) => {
    const isUnavailable = error instanceof HoldfastError && error.retryable;
    if (isUnavailable) throw error;
  });
}
