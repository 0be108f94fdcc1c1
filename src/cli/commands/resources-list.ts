import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatResourceList } from '../format/resource-list.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ListFlags = ConnectionFlags & { readonly pool?: string; readonly json?: boolean };

/** `holdfast resources list`: how much there is of what, and how much of it is held. */
export function resourcesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list resources, what is held of them, and who waits')
    .description(
      'List resources: how much there is of each, how much of that is held, and how many jobs ' +
        'wait for it. Concurrency limits in use are among them.',
    )
    .option('--pool <pool>', 'only those of this pool')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (flags: ListFlags) => {
    const found = await withClient(flags, terminal, ({ resources }) =>
      resources.list(pick(flags, 'pool')),
    );
    if (flags.json === true) return terminal.print(formatDocument({ resources: found }));
    if (found.length === 0) return terminal.note('no such resources');
    await terminal.print(...formatResourceList(found));
  });
}

const HELP = `
Examples:
  $ holdfast resources list
  $ holdfast resources list --pool gpu --json`;
