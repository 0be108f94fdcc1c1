import type { AttemptCounts, AttemptOutcome, AttemptPlace, AttemptRecord } from './attempt.ts';
import { count, NO_ATTEMPTS } from './attempt.ts';

/** What a job's workflow knows of its attempts; carried over when it continues as new. */
export interface JobProgress {
  /** The number of the attempt that runs or is to run. */
  readonly epoch: number;
  readonly counts: AttemptCounts;
  readonly attempts: readonly AttemptRecord[];
}

/** The progress of a job that was just opened. */
export const NO_PROGRESS: JobProgress = { epoch: 1, counts: NO_ATTEMPTS, attempts: [] };

/**
 * The progress after an attempt ended. One whose handler never started, because its node refused
 * it or it was cancelled on its queue, spends no epoch and leaves no record.
 */
export function advance(
  before: JobProgress,
  outcome: AttemptOutcome,
  place: AttemptPlace,
  endedAt: number,
): JobProgress {
  const counts = count(before.counts, outcome);
  const isUnstarted = outcome.kind === 'cancelled' && place.node === undefined;
  if (outcome.kind === 'refused' || isUnstarted) return { ...before, counts };
  const record: AttemptRecord = {
    ...place,
    epoch: before.epoch,
    outcome: outcome.kind,
    reason: reasonOf(outcome),
    endedAt,
  };
  return { epoch: before.epoch + 1, counts, attempts: [...before.attempts, record] };
}

function reasonOf(outcome: AttemptOutcome): string | undefined {
  switch (outcome.kind) {
    case 'lost':
      return outcome.reason;
    case 'failed':
      // PostgreSQL's text type has no NUL.
      return `${outcome.error.code}: ${outcome.error.message}`.replaceAll('\0', '');
    case 'succeeded':
    case 'handed_back':
    case 'refused':
    case 'cancelled':
      return undefined;
  }
}
