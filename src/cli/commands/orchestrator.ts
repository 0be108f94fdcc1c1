import { Command } from 'commander';
import type { Duration } from '../../domain/duration.ts';
import type { LogFlags } from '../create-log.ts';
import { addLogOptions, createLog } from '../create-log.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions, findConnection } from '../find-connection.ts';
import { durationOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ResourceFlags } from '../resource-flags.ts';
import { addResourceOption, resourcesOf } from '../resource-flags.ts';
import type { RetentionFlags } from '../retention-flags.ts';
import { addRetentionOptions, retentionPolicy } from '../retention-flags.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import type { HealthFlags } from '../start-with-health.ts';
import { addHealthOptions, startWithHealth } from '../start-with-health.ts';
import type { StormFlags } from '../storm-flags.ts';
import { addStormOptions, stormPolicy } from '../storm-flags.ts';
import type { SweepFlags } from '../sweep-flags.ts';
import { addSweepOptions, sweepPolicy } from '../sweep-flags.ts';
import type { Terminal } from '../terminal.ts';

interface OwnFlags {
  readonly jobs?: string;
  readonly outboxLagAlarm?: Duration;
  readonly tickInterval?: Duration;
}

type OrchestratorFlags = OwnFlags &
  ConnectionFlags &
  StormFlags &
  RetentionFlags &
  SweepFlags &
  ResourceFlags &
  HealthFlags &
  LogFlags;

/** `holdfast orchestrator`: runs the workflows; needs Temporal and the ledger. */
export function orchestratorCommand(terminal: Terminal): Command {
  const command = new Command('orchestrator')
    .summary('run the workflows of jobs; any number of them may run')
    .description(
      'Runs the workflows of jobs and writes the ledger, which it creates or migrates at its ' +
        'start. It keeps nothing itself: run as many as you like, and stop any of them.',
    )
    .option(
      '--jobs <file>',
      'a handler file: defaults of jobs enqueued by SQL, computed inputs of schedules',
    )
    .addOption(
      durationOption(
        '--outbox-lag-alarm <time>',
        'alert when a job waits in the outbox for longer (default: 60s)',
      ),
    )
    .addOption(
      durationOption(
        '--tick-interval <time>',
        'look so often for schedules that are due and had no alarm (default: 30s)',
      ),
    )
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  addResourceOption(command);
  addStormOptions(command);
  addRetentionOptions(command);
  addSweepOptions(command);
  addHealthOptions(command);
  addLogOptions(command);
  return command.action((flags: OrchestratorFlags) =>
    runUntilStopped(terminal, async () => {
      const connection = await findConnection(flags, terminal);
      const log = await createLog(flags, terminal);
      const storm = stormPolicy(flags);
      const retention = retentionPolicy(flags);
      const sweep = sweepPolicy(flags);
      const own = {
        ...pick(flags, 'jobs', 'outboxLagAlarm', 'tickInterval'),
        ...resourcesOf(flags),
      };
      const { startOrchestrator } =
        await import('../../workers/orchestrator/start-orchestrator.ts');
      const policies = { storm, retention, sweep };
      const start = () => startOrchestrator({ ...connection, ...own, ...policies, log });
      return startWithHealth('orchestrator', flags, log, start);
    }),
  );
}

const HELP = `
SIGTERM or Ctrl-C stops it in order; once more ends it at once.

Examples:
  $ holdfast orchestrator
  $ holdfast orchestrator --jobs ./jobs.js
  $ holdfast orchestrator --resource db-conn=10 --resource gpu/gpu-mem-gb=64
  $ holdfast orchestrator --temporal-address temporal:7233 --log-level warn`;
