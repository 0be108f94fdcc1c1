import type pg from 'pg';
import type { Call } from './outbox.ts';
import type { PlacedJob } from './reservations.ts';
import type { StartableJob, SweepPage, SweptJob, SweptJobs } from './sweep-open-jobs.ts';
import { jobsPastDeadline, lostJobs, openJobs, startableJob } from './sweep-open-jobs.ts';
import type { SweptReservations } from './sweep-reservations.ts';
import { sweptReservations } from './sweep-reservations.ts';
import type { Allocation, ReleasedAllocations, SweptAllocations } from './sweep-stale.ts';
import { releaseStale, sweptAllocations } from './sweep-stale.ts';
import {
  advanceClosedThrough,
  claimNamespace,
  closedThrough,
  sweptNamespace,
} from './sweep-state.ts';

/** What a sweep asks the ledger: short statements, page by page. */
export interface SweepLedger {
  openJobs(page: SweepPage & { readonly leastAgeMs: number }): Promise<SweptJobs>;
  jobsPastDeadline(page: SweepPage): Promise<SweptJobs>;
  /** Jobs that were closed as lost and not started again yet. */
  lostJobs(limit: number): Promise<SweptJob[]>;
  /** A generation as it is now, with what it takes to start it again. */
  startableJob(id: string, generation: number): Promise<StartableJob | undefined>;
  reservations(page: SweepPage): Promise<SweptReservations>;
  allocations(table: Allocation, page: SweepPage): Promise<SweptAllocations>;
  /** Deletes what is held for jobs, of those that are not open. */
  releaseStale(table: Allocation, jobs: readonly PlacedJob[]): Promise<ReleasedAllocations>;
  /** Workflows that Temporal closed before this time are all on record. */
  closedThrough(): Promise<number>;
  advanceClosedThrough(to: number): Promise<void>;
  /** Whose jobs are in this ledger; the namespace given, if none was on record or it is adopted. */
  claimNamespace(namespace: string, isAdopted: boolean): Promise<string>;
  /** Whose jobs are in this ledger; undefined when no sweep has claimed it yet. */
  namespace(): Promise<string | undefined>;
}

/** The sweep's part of a ledger. */
export function createSweepLedger(pool: pg.Pool, call: Call): SweepLedger {
  return {
    openJobs: call(openJobs),
    jobsPastDeadline: call(jobsPastDeadline),
    lostJobs: call(lostJobs),
    startableJob: call(startableJob),
    reservations: call(sweptReservations),
    allocations: call(sweptAllocations),
    releaseStale: call(releaseStale),
    closedThrough: call(closedThrough),
    advanceClosedThrough: call(advanceClosedThrough),
    claimNamespace: call(claimNamespace),
    namespace: call(sweptNamespace),
  };
}
