import { Command } from 'commander';
import { addConnectionOptions } from '../find-connection.ts';
import { formatScheduleList } from '../format/schedule.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

/** `holdfast schedules list`: every schedule. */
export function schedulesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list schedules')
    .description('Lists every schedule, by name.')
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: ListFlags) =>
    showList(terminal, flags, async (client) => {
      const schedules = await client.schedules.list();
      const isNone = schedules.length === 0;
      return {
        document: { schedules },
        lines: isNone ? [] : formatScheduleList(schedules),
        notes: isNone ? ['no schedules'] : [],
      };
    }),
  );
}

const HELP = `
Examples:
  $ holdfast schedules list
  $ holdfast schedules list --json | jq -r '.schedules[].name'`;
