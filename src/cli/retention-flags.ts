import type { Command } from 'commander';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { invalid } from '../domain/errors.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import { durationOption } from './option-values.ts';

/** The flags of {@link addRetentionOptions}. */
export interface RetentionFlags {
  readonly retentionInterval: Duration;
  readonly retentionClosedJobs: Duration;
  readonly retentionSessionResults: Duration;
  readonly retentionFences: Duration;
}

/** Adds the flags that say how long the ledger keeps what. */
export function addRetentionOptions(command: Command): Command {
  return command
    .optionsGroup('How long the ledger keeps what:')
    .addOption(
      durationOption('--retention-interval <time>', 'how often it is cleaned up')
        .default('60s')
        .env('HOLDFAST_RETENTION_INTERVAL'),
    )
    .addOption(
      durationOption('--retention-closed-jobs <time>', 'input, attempts and result of a closed job')
        .default('7d')
        .env('HOLDFAST_RETENTION_CLOSED_JOBS'),
    )
    .addOption(
      durationOption('--retention-session-results <time>', 'results that a session has released')
        .default('7d')
        .env('HOLDFAST_RETENTION_SESSION_RESULTS'),
    )
    .addOption(
      durationOption('--retention-fences <time>', 'ids of jobs of a finite horizon, at least')
        .default('90d')
        .env('HOLDFAST_RETENTION_FENCES'),
    );
}

/** The policy that the flags ask for. */
export function retentionPolicy(flags: RetentionFlags): RetentionPolicy {
  const intervalMs = parseDuration(flags.retentionInterval, '--retention-interval');
  if (intervalMs === 0) {
    throw invalid('--retention-interval', 'at least 1ms', flags.retentionInterval);
  }
  return {
    intervalMs,
    closedJobsMs: parseDuration(flags.retentionClosedJobs, '--retention-closed-jobs'),
    sessionResultsMs: parseDuration(flags.retentionSessionResults, '--retention-session-results'),
    fencesMs: parseDuration(flags.retentionFences, '--retention-fences'),
  };
}
