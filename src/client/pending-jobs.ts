import { invalid } from '../domain/errors.ts';
import { HoldfastError } from '../domain/errors.ts';
import { jobWorkflowId, parseJobWorkflowId } from '../domain/ids.ts';
import { temporalError } from '../domain/temporal-error.ts';
import type { Wait } from '../ledger/waits.ts';
import type { Connections } from './connections.ts';
import { eachAtOnce } from '../domain/each-at-once.ts';
import { openJobsQuery } from './list-jobs.ts';
import { findLiveJob } from './live-job.ts';
import type { JobWait } from './waits-for.ts';
import { placeWaitedFor } from './waits-for.ts';

/** Which open jobs to look at. */
export interface PendingFilter {
  readonly pool?: string;
  /** Jobs at most, 1 to 1000. @default 50 */
  readonly limit?: number;
}

/** An open job that does not run. */
export interface PendingJob extends JobWait {
  readonly id: string;
  readonly generation: number;
  readonly kind: string;
  readonly pool: string;
}

/** Open jobs that do not run, those that wait longest first. */
export interface PendingJobs {
  readonly jobs: readonly PendingJob[];
  /** Open jobs that were not looked at, because there are too many, may wait too. */
  readonly hasMore: boolean;
}

const LOOKS_AT_ONCE = 8;
/** Most open jobs of a busy fleet run: they are looked at for nothing. */
const MOST_LOOKS = 1_000;

/** See `JobsClient.pending`. */
export async function pendingJobs(
  connections: Connections,
  { pool, limit = 50 }: PendingFilter = {},
): Promise<PendingJobs> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
    throw invalid('limit', 'a whole number from 1 to 1000', limit);
  }
  const filter = pool === undefined ? {} : { pool };
  const waits = await connections.ledger.listWaits({ ...filter, limit: limit + 1 });
  const known = waits.slice(0, limit).map(pendingOfWait);
  const ids = await openIds(connections, filter, new Set(waits.map(workflowIdOf)));
  const looked = await lookAtSome(connections, ids, limit - known.length);
  return {
    jobs: [...known, ...looked.jobs].sort((a, b) => a.since.getTime() - b.since.getTime()),
    hasMore: waits.length > limit || looked.hasMore,
  };
}

/** An open job to look at. */
type OpenId = NonNullable<ReturnType<typeof parseJobWorkflowId>>;

function workflowIdOf({ job, generation }: Wait): string {
  return jobWorkflowId(job, generation);
}

/** Looks at open jobs until so many of them are found to wait. */
async function lookAtSome(
  connections: Connections,
  ids: readonly OpenId[],
  room: number,
): Promise<PendingJobs> {
  const jobs: PendingJob[] = [];
  let looked = 0;
  while (looked < ids.length && looked < MOST_LOOKS && jobs.length < room) {
    const some = ids.slice(looked, looked + LOOKS_AT_ONCE * 4);
    const found = await eachAtOnce(some, LOOKS_AT_ONCE, (id) => pendingOfLive(connections, id));
    jobs.push(...found.filter((job) => job !== undefined));
    looked += some.length;
  }
  return { jobs: jobs.slice(0, room), hasMore: looked < ids.length || jobs.length > room };
}

function pendingOfWait(wait: Wait): PendingJob {
  const { job: id, generation, kind, pool, why, node, since, until } = wait;
  return {
    id,
    generation,
    kind,
    pool,
    why,
    node,
    waitsFor: placeWaitedFor(wait),
    since: new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

/** The ids of open jobs besides those that are known to wait. */
async function openIds(
  { client, place }: Connections,
  filter: { readonly pool?: string },
  known: ReadonlySet<string>,
): Promise<OpenId[]> {
  const ids: OpenId[] = [];
  try {
    for await (const { workflowId } of client.workflow.list({ query: openJobsQuery(filter) })) {
      const id = parseJobWorkflowId(workflowId);
      if (id !== undefined && !known.has(workflowId)) ids.push(id);
      if (ids.length > MOST_LOOKS) break;
    }
    return ids;
  } catch (error) {
    throw error instanceof HoldfastError ? error : temporalError(error, place);
  }
}

async function pendingOfLive(
  connections: Connections,
  { jobId: id, generation }: OpenId,
): Promise<PendingJob | undefined> {
  const found = await findLiveJob(connections, id, generation);
  if (found === undefined) return undefined;
  const { job, live } = found;
  const { waitsFor, why, until, node } = live;
  if (waitsFor === undefined) return undefined;
  const { kind, pool } = job;
  return {
    id,
    generation,
    kind,
    pool,
    waitsFor,
    why,
    until,
    node,
    since: live.since ?? job.openedAt,
  };
}
