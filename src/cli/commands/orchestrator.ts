import { Command } from 'commander';
import { addLogOptions, createLog, LOG_SETTINGS } from '../create-log.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions, findConnection } from '../find-connection.ts';
import { addResourceOption } from '../resource-flags.ts';
import { addRetentionOptions, RETENTION_SETTINGS } from '../retention-flags.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import { addSettings } from '../setting-flags.ts';
import { addHealthOptions, HEALTH_SETTINGS, startWithHealth } from '../start-with-health.ts';
import type { Terminal } from '../terminal.ts';

const OWN = ['orchestrator.jobs', 'orchestrator.tickInterval', 'orchestrator.standby'];
const STORM = ['storm.share', 'storm.leastNodes', 'storm.window', 'storm.hold'];
const SWEEP = ['sweep.interval'];
const ALERTS = ['alerts.outboxLag', 'alerts.sweepRecovered', 'alerts.scheduleLag'];
const SETTINGS = [
  ...[...OWN, 'resources', ...STORM, ...RETENTION_SETTINGS, ...SWEEP, ...ALERTS],
  ...[...HEALTH_SETTINGS, ...LOG_SETTINGS],
];

/** `holdfast orchestrator`: runs the workflows; needs Temporal and the ledger. */
export function orchestratorCommand(terminal: Terminal): Command {
  const command = new Command('orchestrator')
    .summary('run the workflows of jobs; any number of them may run')
    .description(
      'Runs the workflows of jobs and writes the ledger, which it creates or migrates at its ' +
        'start. It keeps nothing itself: run as many as you like, and stop any of them.',
    )
    .addHelpText('after', HELP);
  addSettings(command, 'Options:', OWN);
  addConnectionOptions(command);
  addResourceOption(command);
  addSettings(command, 'When a pool loses most of its nodes:', STORM);
  addRetentionOptions(command);
  addSettings(command, 'What compares ledger and Temporal:', SWEEP);
  addSettings(command, 'What raises an alert:', ALERTS);
  addHealthOptions(command);
  addLogOptions(command);
  return command.action((flags: ConnectionFlags) =>
    runUntilStopped(terminal, async () => {
      const { config } = await findConnection(flags, terminal, SETTINGS);
      const log = await createLog(config.log, terminal);
      const { startOrchestrator } =
        await import('../../workers/orchestrator/start-orchestrator.ts');
      const start = () => startOrchestrator({ config, log });
      return startWithHealth('orchestrator', config.health, log, start);
    }),
  );
}

const HELP = `
SIGTERM or Ctrl-C stops it in order; once more ends it at once.

Examples:
  $ holdfast orchestrator
  $ holdfast orchestrator --jobs ./jobs.js
  $ holdfast orchestrator --resource db-conn=10 --resource gpu/gpu-mem-gb=64
  $ holdfast orchestrator --standby
  $ holdfast orchestrator --temporal-address temporal:7233 --log-level warn`;
