import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatScheduleList } from '../format/schedule.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ListFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast schedules list`: every schedule. */
export function schedulesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list schedules')
    .description('Lists every schedule, by name.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (flags: ListFlags) => {
    const schedules = await withClient(flags, terminal, (client) => client.schedules.list());
    if (flags.json === true) return terminal.print(formatDocument({ schedules }));
    if (schedules.length === 0) return terminal.note('no schedules');
    await terminal.print(...formatScheduleList(schedules));
  });
}

const HELP = `
Examples:
  $ holdfast schedules list
  $ holdfast schedules list --json | jq -r '.schedules[].name'`;
