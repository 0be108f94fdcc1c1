import type { AttemptCounts, AttemptRecord } from './attempt.ts';
import type { JobOutcome } from './job.ts';

/** The name of the workflow type of a job. */
export const JOB_WORKFLOW = 'job';

/** The query that tells where a job is. */
export const STATUS_QUERY = 'status';

/** What an open job waits for or does, as its workflow sees it. */
export type JobPhase =
  /** The ledger has not answered yet. */
  | { readonly kind: 'opening'; readonly since: number }
  /** An attempt is on a task queue or runs; which of the two, only the server knows. */
  | {
      readonly kind: 'dispatched';
      readonly since: number;
      readonly epoch: number;
      readonly queue: string;
    }
  /** A retry's wait, or no node that took the job runs its kind. */
  | {
      readonly kind: 'waiting';
      readonly since: number;
      readonly until: number;
      readonly why: string;
    }
  /** The outcome is being written to the ledger. */
  | { readonly kind: 'closing'; readonly since: number }
  /** The outcome is on record. */
  | { readonly kind: 'closed'; readonly since: number; readonly outcome: JobOutcome };

/** The answer to {@link STATUS_QUERY}. Times are milliseconds since the Unix epoch. */
export interface JobStatus {
  readonly phase: JobPhase;
  readonly epoch: number;
  readonly counts: AttemptCounts;
  readonly attempts: readonly AttemptRecord[];
}
