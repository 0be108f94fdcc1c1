import type { AttemptCounts, AttemptOutcome, AttemptPlace, AttemptRecord } from './attempt.ts';
import { count, NO_ATTEMPTS } from './attempt.ts';
import type { JobSpec } from './job.ts';
import { planCode } from './plan-code.ts';
import { summaryOf } from './plan-execution.ts';

/** What a job's workflow knows of its attempts; carried over when it continues as new. */
export interface JobProgress {
  /** The number of the attempt that runs or is to run. */
  readonly epoch: number;
  readonly counts: AttemptCounts;
  readonly attempts: readonly AttemptRecord[];
  /** Nodes to keep clear of: the last ones that lost an attempt, gave it back or were to be left. */
  readonly avoid: readonly string[];
  /** Since when the next attempt has been waiting for a node; undefined once one has started. */
  readonly pendingSince: number | undefined;
  /** Whether a place was ever asked for: the ledger may hold a reservation or a wait. */
  readonly wasPlaced: boolean;
  /** The job of a strict session whose turn has not come. */
  readonly awaitsTurn: boolean;
  /** Its rate allows it to start then; undefined when it may start. Milliseconds since the Unix epoch. */
  readonly startsAt: number | undefined;
  /** What it needs is not granted yet. */
  readonly awaitsGrant: boolean;
  /** Shows that a result comes from an attempt of this job; undefined in a job of an older version. */
  readonly resultToken: string | undefined;
}

/** The progress of a job that was just opened. */
export const NO_PROGRESS: JobProgress = {
  epoch: 1,
  counts: NO_ATTEMPTS,
  attempts: [],
  avoid: [],
  pendingSince: undefined,
  wasPlaced: false,
  awaitsTurn: false,
  startsAt: undefined,
  awaitsGrant: false,
  resultToken: undefined,
};

/** How many nodes a job keeps clear of at a time. */
const AVOIDED_NODES = 5;

/** Progress that an earlier version carried over may lack what this one added. */
export function resumeProgress(carried: JobProgress | undefined): JobProgress {
  if (carried === undefined) return NO_PROGRESS;
  return { ...NO_PROGRESS, ...carried, counts: { ...NO_ATTEMPTS, ...carried.counts } };
}

/**
 * The progress after an attempt ended. One whose handler never started, because its node refused
 * it or it was cancelled on its queue, spends no epoch and leaves no record.
 *
 * @param spec of the job; a schedule's run has more on record
 */
export function advance(
  before: JobProgress,
  outcome: AttemptOutcome,
  place: AttemptPlace,
  endedAt: number,
  spec?: Pick<JobSpec, 'plan' | 'failover'>,
): JobProgress {
  const counts = count(before.counts, outcome);
  const avoid = avoidAfter(before.avoid, outcome, place.node);
  const isUnstarted = outcome.kind === 'cancelled' && place.node === undefined;
  if (outcome.kind === 'refused' || outcome.kind === 'not_taken' || isUnstarted) {
    return { ...before, counts, avoid };
  }
  const record: AttemptRecord = {
    ...place,
    epoch: before.epoch,
    outcome: outcome.kind,
    reason: reasonOf(outcome),
    endedAt,
    ...(spec?.plan === undefined ? {} : planRecord(outcome, spec.failover.maxAttempts > 0)),
  };
  const attempts = [...before.attempts, record];
  const epoch = before.epoch + 1;
  return { ...before, epoch, counts, attempts, avoid, pendingSince: undefined };
}

function planRecord(
  outcome: AttemptOutcome,
  mayReenter: boolean,
): Pick<AttemptRecord, 'code' | 'summary'> {
  const code = planCode(outcome, mayReenter);
  return {
    ...(code === undefined ? {} : { code }),
    ...(outcome.kind === 'succeeded' ? { summary: summaryOf(outcome.result) } : {}),
  };
}

function avoidAfter(
  before: readonly string[],
  outcome: AttemptOutcome,
  node: string | undefined,
): readonly string[] {
  const isBad =
    outcome.kind === 'lost' ||
    outcome.kind === 'handed_back' ||
    outcome.kind === 'refused' ||
    outcome.kind === 'not_taken' ||
    (outcome.kind === 'failed' && outcome.elsewhere === true);
  if (!isBad || node === undefined) return outcome.kind === 'failed' ? [] : before;
  return [...before.filter((name) => name !== node), node].slice(-AVOIDED_NODES);
}

function reasonOf(outcome: AttemptOutcome): string | undefined {
  switch (outcome.kind) {
    case 'lost':
      return outcome.excuse === undefined
        ? outcome.reason
        : `${outcome.reason} (${outcome.excuse})`;
    case 'failed':
      // PostgreSQL's text type has no NUL.
      return `${outcome.error.code}: ${outcome.error.message}`.replaceAll('\0', '');
    case 'cancelled':
      return outcome.why;
    case 'succeeded':
    case 'handed_back':
    case 'refused':
    case 'not_taken':
      return undefined;
  }
}
