import { resolve } from 'node:path';
import { Command } from 'commander';
import { addLogOptions } from '../create-log.ts';
import { DEV_FOLDER } from '../dev-servers.ts';
import { portOption } from '../option-values.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import type { StackFlags } from '../start-stack.ts';
import type { Terminal } from '../terminal.ts';

/** `holdfast stack`: the servers of `docker-compose.yml` without Docker, until it is stopped. */
export function stackCommand(terminal: Terminal): Command {
  const command = new Command('stack')
    .summary("run production's servers here, without Docker: PostgreSQL, Temporal")
    .description(
      "Runs the servers of docker-compose.yml without Docker: this machine's PostgreSQL with the " +
        'ledger and the databases of Temporal, the Temporal server on it, and its Web UI. ' +
        'Orchestrators and nodes that are started in this folder or below it find them.',
    )
    .option('--data-dir <folder>', 'where it keeps its data', DEV_FOLDER)
    .option('--namespace <name>', 'the namespace, made when it is missing', 'default')
    .addOption(portOption('--temporal-port <port>', 'the port of Temporal').default(7233))
    .addOption(portOption('--ui-port <port>', 'the port of the Web UI').default(8233))
    .addOption(portOption('--postgres-port <port>', 'the port of PostgreSQL').default(54329))
    .option('--no-web-ui', 'do without the Web UI')
    .option('--json', 'when all is up, print one JSON document that says where')
    .addHelpText('after', HELP);
  addLogOptions(command);
  return command.action(async (flags: StackFlags) => {
    const { startStack } = await import('../start-stack.ts');
    const dataDir = resolve(terminal.cwd, flags.dataDir);
    await runUntilStopped(terminal, () => startStack({ ...flags, dataDir }, terminal), 'stop');
  });
}

const HELP = `
It needs PostgreSQL 15 or newer (apt-get install postgresql) and Go, with which
it builds the Temporal server once. It listens on loopback only; PostgreSQL
never runs as root. A port that is taken, or 0, gives a free one. Ctrl-C stops
all in order and keeps the data; once more ends it at once.

Examples:
  $ holdfast stack
  $ holdfast stack --data-dir /var/tmp/trial --no-web-ui --json`;
