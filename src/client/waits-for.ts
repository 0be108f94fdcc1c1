import type { StoredJob } from '../ledger/find-jobs.ts';
import type { Wait } from '../ledger/waits.ts';
import type { Connections } from './connections.ts';

/**
 * What an open job waits for. `node`: a certain one. `slot`: a free one in its pool. `pool`: any
 * node of its pool that will do. `backoff`: the time of a retry. `turn`: the index before its own in
 * a strict session. `rate`: the time at which its rate limit lets it start. `resource`: what it needs,
 * or its concurrency limit. `ledger`, `orchestrator`: for them to answer. `outbox`: for a relay to start
 * it.
 */
export type WaitsFor =
  | 'node'
  | 'slot'
  | 'pool'
  | 'backoff'
  | 'turn'
  | 'rate'
  | 'resource'
  | 'ledger'
  | 'orchestrator'
  | 'outbox';

/** A wait with its reason in words. */
export interface JobWait {
  readonly waitsFor: WaitsFor;
  readonly why: string;
  readonly since: Date;
  readonly until: Date | undefined;
  readonly node: string | undefined;
}

/** A wait as the job's workflow tells it. Times are milliseconds since the Unix epoch. */
interface WaitPhase {
  readonly since: number;
  readonly until?: number | null | undefined;
  readonly why: string;
}

/**
 * The wait of a job whose workflow waits: for a place or for resources, if the ledger knows of it; else
 * for a time.
 */
export async function waitOfLedger(
  { ledger }: Pick<Connections, 'ledger'>,
  { id, generation }: Pick<StoredJob, 'id' | 'generation'>,
  { since, until, why }: WaitPhase,
): Promise<JobWait> {
  const times = { since: new Date(since), until: until == null ? undefined : new Date(until) };
  // The ledger adds what it waits for; that it waits, and why, the workflow knows itself.
  const [wait, grant] = await Promise.all([
    ledger.waitOf(id, generation).catch(() => undefined),
    isTimed(times, why) ? undefined : ledger.grantOf(id, generation).catch(() => undefined),
  ]);
  if (wait?.why === why) return { ...times, why, waitsFor: placeWaitedFor(wait), node: wait.node };
  const node = undefined;
  // Its place in the queue may have changed since the workflow asked.
  if (grant?.words !== undefined) {
    return { waitsFor: 'resource', ...times, why: grant.words, node };
  }
  return { waitsFor: unrecordedWait(times, why), why, ...times, node };
}

/** Whether the words, or an end of the wait, say that it is not for resources. */
function isTimed({ until }: Pick<JobWait, 'until'>, why: string): boolean {
  return until !== undefined || why.startsWith(TURN) || why.startsWith(RATE);
}

function unrecordedWait({ until }: Pick<JobWait, 'until'>, why: string): WaitsFor {
  if (why.startsWith(TURN)) return 'turn';
  if (why.startsWith(RATE)) return 'rate';
  if (GRANT.test(why)) return 'resource';
  // The wait before a retry has an end; one for news of nodes need not have any.
  return until === undefined ? 'pool' : 'backoff';
}

/** How the workflow tells that a job of a strict session waits for the one before it. */
const TURN = 'waits for its turn';
/** How it tells that its rate limit does not let it start yet. */
const RATE = 'waits for its rate';

/** How it tells that it waits for what it needs. */
const GRANT = /^(waits for (\d+ of|resource) |asks for \d+ of )/;

/** What a job waits for that is on record as waiting for a place. */
export function placeWaitedFor({ node, why }: Pick<Wait, 'node' | 'why'>): WaitsFor {
  if (node !== undefined) return 'node';
  return /has a free slot$/.test(why) ? 'slot' : 'pool';
}
