import type { AttemptRecord } from '../domain/attempt.ts';
import type { Job } from '../domain/job.ts';
import type { Json } from '../domain/json.ts';
import type { ResultRecord } from '../domain/verdict.ts';
import type { StoredJob } from '../ledger/find-jobs.ts';
import type { Connections } from './connections.ts';
import type { LiveJob } from './live-job.ts';
import { findLiveJob } from './live-job.ts';
import { viewEnqueued } from './view-enqueued.ts';

/** A job with all that is known of it. */
export interface JobView extends Job {
  /** Undefined when it was cleaned up. */
  readonly input: StoredJob['input'];
  /** There when the job succeeded and its result was not cleaned up. */
  readonly result: Json | undefined;
  /** The attempts that have ended, by epoch. */
  readonly attempts: readonly AttemptRecord[];
  /** Every result that arrived, the accepted one too, in the order of arrival. */
  readonly results: readonly ResultRecord[];
  /** There while the job is open: what it does or waits for, and why. */
  readonly live: LiveJob | undefined;
}

/** A generation of a job. See `JobsClient.get`. */
export async function viewJob(
  connections: Connections,
  id: string,
  generation: number,
): Promise<JobView> {
  const { ledger } = connections;
  const stored = await ledger.findJob(id, generation);
  if (stored !== undefined && stored.state !== 'open') return viewClosed(connections, stored);
  const [found, results] = await Promise.all([
    findLiveJob(connections, id, generation),
    stored === undefined ? [] : ledger.findResults(id, generation),
  ]);
  if (found === undefined) {
    if (stored === undefined) return viewEnqueued(connections, id);
    return { ...stored, attempts: [], results, live: undefined };
  }
  const { job, live, attempts } = found;
  if (live.phase === 'ended') {
    // It may have been closed since the first look.
    const closed = await ledger.findJob(id, generation);
    if (closed !== undefined && closed.state !== 'open') return viewClosed(connections, closed);
    // The ledger was never told: what Temporal says of its end is the truth.
    return { ...stored, ...job, attempts, results, live };
  }
  return { ...job, ...stored, pool: job.pool, attempts, results, live };
}

async function viewClosed({ ledger }: Connections, stored: StoredJob): Promise<JobView> {
  const { id, generation } = stored;
  const [attempts, results] = await Promise.all([
    ledger.findAttempts(id, generation),
    ledger.findResults(id, generation),
  ]);
  return { ...stored, attempts, results, live: undefined };
}
