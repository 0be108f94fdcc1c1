import type { CloseJob } from '../../domain/activities.ts';

/** What control activities tell their process; none of these may throw. */
export interface ControlEvents {
  /** A job's end went on record by this call. */
  jobClosed(job: CloseJob): void;
  /** A call to the ledger ended: `ok`, or the code of its error. */
  ledgerCalled(call: string, outcome: string, tookMs: number): void;
}
