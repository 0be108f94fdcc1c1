import type { StoredJob } from '../ledger/find-jobs.ts';
import type { Wait } from '../ledger/waits.ts';
import type { Connections } from './connections.ts';

/**
 * What an open job waits for. `node`: a certain one. `slot`: a free one in its pool. `pool`: any
 * node of its pool that will do. `backoff`: the time of a retry. `turn`: the index before its own in
 * a strict session. `ledger`, `orchestrator`: for them to answer. `outbox`: for a relay to start it.
 */
export type WaitsFor =
  'node' | 'slot' | 'pool' | 'backoff' | 'turn' | 'ledger' | 'orchestrator' | 'outbox';

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

/** The wait of a job whose workflow waits: for a place, if the ledger knows of it; else for a time. */
export async function waitOfLedger(
  { ledger }: Pick<Connections, 'ledger'>,
  { id, generation }: Pick<StoredJob, 'id' | 'generation'>,
  { since, until, why }: WaitPhase,
): Promise<JobWait> {
  // The ledger adds what it waits for; that it waits, and why, the workflow knows itself.
  const wait = await ledger.waitOf(id, generation).catch(() => undefined);
  const times = { since: new Date(since), until: until == null ? undefined : new Date(until) };
  if (wait?.why !== why) {
    return { waitsFor: unrecordedWait(times, why), why, ...times, node: undefined };
  }
  return { ...times, why, waitsFor: placeWaitedFor(wait), node: wait.node };
}

function unrecordedWait({ until }: Pick<JobWait, 'until'>, why: string): WaitsFor {
  if (why.startsWith(TURN)) return 'turn';
  // The wait before a retry has an end; one for news of nodes need not have any.
  return until === undefined ? 'pool' : 'backoff';
}

/** How the workflow tells that a job of a strict session waits for the one before it. */
const TURN = 'waits for its turn';

/** What a job waits for that is on record as waiting for a place. */
export function placeWaitedFor({ node, why }: Pick<Wait, 'node' | 'why'>): WaitsFor {
  if (node !== undefined) return 'node';
  return /has a free slot$/.test(why) ? 'slot' : 'pool';
}
