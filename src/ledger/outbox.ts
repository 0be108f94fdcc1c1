import type pg from 'pg';
import type { JobClaim } from './claim-job.ts';
import { claimJob } from './claim-job.ts';
import type { News } from './listen.ts';
import { listen } from './listen.ts';
import type {
  ClaimedRow,
  ClaimLimits,
  DeadRow,
  OutboxClaim,
  ReleasedRow,
} from './outbox-claims.ts';
import { claimRows, deleteStarted, extendClaims, killRows, releaseRows } from './outbox-claims.ts';
import type { DeadFilter, OutboxCounts, OutboxFilter, OutboxRow } from './outbox-rows.ts';
import { countOutbox, dropDead, findInOutbox, listOutbox, retryDead } from './outbox-rows.ts';

/** Jobs that were submitted inside transactions of applications, until they are started. */
export interface Outbox {
  /** Claims the first rows that are due; a session's only together, and for one relay at a time. */
  claim(limits: ClaimLimits): Promise<ClaimedRow[]>;
  /** Claims the first row of a job that waits. */
  claimJob(id: string, claim: JobClaim): Promise<ClaimedRow | undefined>;
  /** Holds claims for longer; answers those that still hold. */
  extend(claims: readonly OutboxClaim[], claimMs: number): Promise<number[]>;
  deleteStarted(seqs: readonly number[]): Promise<void>;
  release(rows: readonly ReleasedRow[]): Promise<void>;
  kill(rows: readonly DeadRow[]): Promise<void>;
  list(filter: OutboxFilter): Promise<OutboxRow[]>;
  find(id: string): Promise<OutboxRow | undefined>;
  /** Makes dead rows due again; answers them. */
  retry(filter: DeadFilter): Promise<OutboxRow[]>;
  /** Takes dead rows out for good; answers them. */
  drop(filter: DeadFilter): Promise<OutboxRow[]>;
  counts(): Promise<OutboxCounts>;
  /** Hears of every transaction that enqueued something; see {@link News}. */
  listen(onNews: () => void): News;
}

/** Turns errors of PostgreSQL into ours. */
export type Call = <Args extends unknown[], Result>(
  work: (db: pg.Pool, ...args: Args) => Promise<Result>,
) => (...args: Args) => Promise<Result>;

/** The outbox of a ledger. The migration's trigger names the same channel. */
export function createOutbox(pool: pg.Pool, call: Call): Outbox {
  return {
    claim: call(claimRows),
    claimJob: call(claimJob),
    extend: call(extendClaims),
    deleteStarted: call(deleteStarted),
    release: call(releaseRows),
    kill: call(killRows),
    list: call(listOutbox),
    find: call(findInOutbox),
    retry: call(retryDead),
    drop: call(dropDead),
    counts: call(countOutbox),
    listen: (onNews) => listen(pool, 'holdfast_outbox', onNews),
  };
}
