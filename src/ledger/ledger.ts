import type { CloseJob, ClosedJob, OpenJob } from '../domain/activities.ts';
import type { AttemptRecord } from '../domain/attempt.ts';
import { findAttempts } from './attempts.ts';
import { closeJob } from './close-job.ts';
import type { JobFilter, JobPage, StoredJob } from './find-jobs.ts';
import { findJob, listJobs, openedIds } from './find-jobs.ts';
import { ledgerError } from './ledger-error.ts';
import { checkSchema, migrate } from './migrate.ts';
import type { LedgerOpening } from './open-job.ts';
import { openJob, takeOverJob } from './open-job.ts';
import { createPool } from './pool.ts';
import type { SessionResult } from './session-slots.ts';
import { readPrefix } from './session-slots.ts';

/**
 * The ledger: what outlives a workflow. Every call rejects with a HoldfastError
 * `ledger_unavailable` when PostgreSQL does not answer.
 */
export interface Ledger {
  /** Brings the schema to this version. */
  migrate(): Promise<void>;
  /** Rejects unless the schema is of this version. */
  checkSchema(): Promise<void>;
  openJob(open: OpenJob): Promise<LedgerOpening>;
  takeOverJob(open: OpenJob, fromRunId: string): Promise<boolean>;
  closeJob(close: CloseJob): Promise<ClosedJob>;
  findJob(id: string): Promise<StoredJob | undefined>;
  findAttempts(jobId: string, generation: number): Promise<AttemptRecord[]>;
  listJobs(filter: JobFilter): Promise<JobPage>;
  openedIds(ids: readonly string[]): Promise<Set<string>>;
  readPrefix(sessionId: string, after: number, limit: number): Promise<SessionResult[]>;
  close(): Promise<void>;
}

/**
 * The ledger at a PostgreSQL address. It connects at the first call.
 *
 * @throws HoldfastError `invalid_input` when the address is not a PostgreSQL URL
 */
export function openLedger(databaseUrl: string): Ledger {
  const pool = createPool(databaseUrl);
  const call =
    <Args extends unknown[], Result>(work: (db: typeof pool, ...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await work(pool, ...args);
      } catch (error) {
        throw ledgerError(error, databaseUrl);
      }
    };
  return {
    migrate: call(migrate),
    checkSchema: call(checkSchema),
    openJob: call(openJob),
    takeOverJob: call(takeOverJob),
    closeJob: call(closeJob),
    findJob: call(findJob),
    findAttempts: call(findAttempts),
    listJobs: call(listJobs),
    openedIds: call(openedIds),
    readPrefix: call(readPrefix),
    close: () => pool.end(),
  };
}
