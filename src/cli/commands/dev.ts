import { resolve } from 'node:path';
import { Command } from 'commander';
import { addLogOptions } from '../create-log.ts';
import { DEV_FOLDER } from '../dev-servers.ts';
import { countOption, portOption } from '../option-values.ts';
import { addConfigOption } from '../find-connection.ts';
import { addResourceOption } from '../resource-flags.ts';
import { addRetentionOptions } from '../retention-flags.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import type { DevFlags } from '../dev-options.ts';
import { addHealthOptions } from '../start-with-health.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';

/** `holdfast dev`: everything in one command, until it is stopped. */
export function devCommand(terminal: Terminal): Command {
  const command = new Command('dev')
    .summary('run everything here: Temporal, its Web UI, the ledger, an orchestrator')
    .description(
      'Runs everything for development in one command: an embedded Temporal with its Web UI, ' +
        'an embedded ledger, an orchestrator and, with --jobs, a node. Other commands that run ' +
        'in this folder or below it find it by themselves.',
    )
    .option('--data-dir <folder>', 'where it keeps its data', DEV_FOLDER)
    .option('--jobs <file>', 'a handler file: also run a node with it')
    .option('--pool <pool>', 'the pool of that node (default: the one in the file)')
    .option('--name <name>', 'the name of that node (default: dev)')
    .addOption(countOption('--slots <count>', 'attempts at once (default: one for each CPU)', 1))
    .addOption(portOption('--temporal-port <port>', 'the port of Temporal (default: 7233)'))
    .addOption(portOption('--ui-port <port>', 'the port of the Web UI (default: 8233)'))
    .addOption(portOption('--ledger-port <port>', 'the port of the ledger (default: 54329)'))
    .option('--json', 'when all is up, print one JSON document that says where')
    .addHelpText('after', HELP);
  addConfigOption(command);
  addResourceOption(command);
  addRetentionOptions(command);
  addHealthOptions(command);
  addLogOptions(command);
  return command.action((flags: DevFlags) => dev(terminal, flags));
}

async function dev(terminal: Terminal, flags: DevFlags): Promise<void> {
  const ofNode = (['pool', 'name', 'slots'] as const).find((name) => flags[name] !== undefined);
  if (flags.jobs === undefined && ofNode !== undefined) {
    throw usageError(
      `--jobs: expected a handler file beside --${ofNode}, got nothing`,
      'give --jobs to run a node as well',
    );
  }
  const { startDev } = await import('../start-dev.ts');
  const dataDir = resolve(terminal.cwd, flags.dataDir);
  await runUntilStopped(terminal, () => startDev({ ...flags, dataDir }, terminal), 'stop');
}

const HELP = `
A port that is taken, or 0, gives a free one. A server that TEMPORAL_ADDRESS or
DATABASE_URL names is used in place of an embedded one; those of holdfast.yaml
are not. Ctrl-C stops all in order and keeps the data; once more ends it at
once.

Examples:
  $ holdfast dev
  $ holdfast dev --jobs ./jobs.ts
  $ holdfast dev --data-dir /tmp/trial --temporal-port 17233 --json`;
