import { Command } from 'commander';
import { addConnectionOptions } from '../find-connection.ts';
import { formatResourceList } from '../format/resource-list.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

type ResourcesFlags = ListFlags & { readonly pool?: string };

/** `holdfast resources list`: how much there is of what, and how much of it is held. */
export function resourcesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list resources, what is held of them, and who waits')
    .description(
      'List resources: how much there is of each, how much of that is held, and how many jobs ' +
        'wait for it. Concurrency limits in use are among them.',
    )
    .option('--pool <pool>', 'only those of this pool')
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: ResourcesFlags) =>
    showList(terminal, flags, async (client) => {
      const resources = await client.resources.list(pick(flags, 'pool'));
      const isNone = resources.length === 0;
      return {
        document: { resources },
        lines: isNone ? [] : formatResourceList(resources),
        notes: isNone ? ['no such resources'] : [],
      };
    }),
  );
}

const HELP = `
Examples:
  $ holdfast resources list
  $ holdfast resources list --pool gpu --json`;
