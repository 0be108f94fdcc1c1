import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type RemoveFlags = ConnectionFlags & { readonly pool?: string; readonly json?: boolean };

/** `holdfast resources remove NAME`: nobody gets it any more. */
export function resourcesRemoveCommand(terminal: Terminal): Command {
  const command = new Command('remove')
    .summary('take a resource away')
    .description(
      'Take a resource away of which no job holds any and for which none waits. One that an ' +
        'orchestrator is started with comes back with its next start.',
    )
    .argument('<name>', 'the name of the resource')
    .option('--pool <pool>', 'the one of this pool (default: the one of the whole fleet)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: RemoveFlags) => {
    const { pool } = flags;
    await withChange(
      flags,
      terminal,
      ({ resources }) => resources.remove(name, pick(flags, 'pool')),
      { what: 'DELETE /v1/resources/{name}', target: name, details: () => ({ pool }) },
    );
    if (flags.json === true) return terminal.print(formatDocument({ name, pool, removed: true }));
    const whose = pool === undefined ? '' : ` of pool ${pool}`;
    await terminal.print(`resource ${name}${whose} is removed`);
  });
}

const HELP = `
Examples:
  $ holdfast resources remove db-conn
  $ holdfast resources remove gpu-mem-gb --pool gpu --json`;
