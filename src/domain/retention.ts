/** How long the ledger keeps what. */
export interface RetentionPolicy {
  /** How often the clean-up runs. */
  readonly intervalMs: number;
  /** Input, error, attempts and payloads of a job are kept for this long after its end. */
  readonly closedJobsMs: number;
  /** The result of a session's slot is kept for this long after its release. */
  readonly sessionResultsMs: number;
  /** What refuses an id of a finite horizon is kept for at least this long after the job's end. */
  readonly fencesMs: number;
  /** An entry of the audit is kept for this long after its call. */
  readonly auditMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The retention when nothing else is asked for. */
export const RETENTION_DEFAULTS: RetentionPolicy = {
  intervalMs: MINUTE_MS,
  closedJobsMs: 7 * DAY_MS,
  sessionResultsMs: 7 * DAY_MS,
  fencesMs: 90 * DAY_MS,
  // Beyond the year that those who ask for an audit look back.
  auditMs: 400 * DAY_MS,
};
