import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { addLogOptions, createLog, LOG_SETTINGS } from '../create-log.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addTemporalOptions, findTemporal } from '../find-connection.ts';
import { labelOption } from '../option-values.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import { addSettings } from '../setting-flags.ts';
import { addHealthOptions, HEALTH_SETTINGS, startWithHealth } from '../start-with-health.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';

interface NodeFlags extends ConnectionFlags {
  readonly name: string;
}

const OWN = [
  ...['node.pool', 'node.jobs', 'node.slots', 'node.isolation'],
  ...['node.shutdownGrace', 'node.cancelGrace', 'node.lease'],
];
const SPOOL = ['node.spoolDir', 'node.spoolMaxMb'];
const SETTINGS = [...OWN, 'node.labels', ...SPOOL, ...HEALTH_SETTINGS, ...LOG_SETTINGS];

/** `holdfast node`: runs handlers; needs Temporal only. */
export function nodeCommand(terminal: Terminal): Command {
  const command = new Command('node')
    .summary('run the handlers of a pool')
    .description('Runs the handlers of a file for the jobs of a pool. It needs no database.')
    .addOption(
      new Option('--name <name>', 'its name, unique among running nodes').default(
        defaultName(),
        'host and process',
      ),
    )
    .addOption(
      labelOption('--label <name=value>', 'what it has or is, such as gpu=a100 (repeatable)'),
    )
    .addHelpText('after', HELP);
  addSettings(command, 'Options:', OWN);
  addSettings(command, 'Results that Temporal did not take:', SPOOL);
  addTemporalOptions(command);
  addHealthOptions(command);
  addLogOptions(command);
  return command.action((flags: NodeFlags) =>
    runUntilStopped(terminal, async () => {
      const { config } = await findTemporal(flags, terminal, SETTINGS);
      const { pool = missing('pool'), jobs = missing('jobs') } = config.node;
      const log = await createLog(config.log, terminal);
      const { startNode } = await import('../../workers/node/start-node.ts');
      const start = () => startNode({ config, name: flags.name, pool, jobs, log });
      return startWithHealth('node', config.health, log, start);
    }),
  );
}

function missing(name: 'pool' | 'jobs'): never {
  throw usageError(
    `--${name}: expected a value, got nothing`,
    `give --${name}, or node.${name} in holdfast.yaml`,
  );
}

function defaultName(): string {
  return `${hostname()}-${process.pid}`;
}

const HELP = `
SIGTERM or Ctrl-C stops it in order: running attempts may finish within the
shutdown grace, then they are handed back and run on another node. Once more
ends it at once.

Examples:
  $ holdfast node --pool gpu --name gpu-1 --jobs ./jobs.ts
  $ holdfast node --pool gpu --name gpu-2 --jobs ./jobs.ts --label gpu=a100 --label zone=b
  $ holdfast node --pool web --jobs ./dist/jobs.js --slots 50 --isolation inline`;
