import type { Command } from 'commander';
import type { Duration } from '../domain/duration.ts';
import type { SweepPolicy } from '../domain/sweep.ts';
import { parseLimit } from '../handlers/attempt-options.ts';
import { countOption, durationOption } from './option-values.ts';

/** The flags of {@link addSweepOptions}. */
export interface SweepFlags {
  readonly sweepInterval: Duration;
  readonly sweepAlarmAbove: number;
}

/** Adds the flags that say how an orchestrator sweeps. */
export function addSweepOptions(command: Command): Command {
  return command
    .optionsGroup('What compares ledger and Temporal:')
    .addOption(
      durationOption('--sweep-interval <time>', 'how often a sweep repairs what differs')
        .default('60s')
        .env('HOLDFAST_SWEEP_INTERVAL'),
    )
    .addOption(
      countOption('--sweep-alarm-above <count>', 'alert when one sweep repairs more than this', 0)
        .default(10)
        .env('HOLDFAST_SWEEP_ALARM_ABOVE'),
    );
}

/** The policy that the flags ask for. */
export function sweepPolicy({ sweepInterval, sweepAlarmAbove }: SweepFlags): SweepPolicy {
  const intervalMs = Math.max(LEAST_MS, parseLimit(sweepInterval, '--sweep-interval'));
  return { intervalMs, alarmAbove: sweepAlarmAbove };
}

/** Temporal's schedules know whole seconds. */
const LEAST_MS = 1_000;
