import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatRevisions, formatSchedule } from '../format/schedule.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ShowFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast schedules show NAME`: a schedule and where it stands. */
export function schedulesShowCommand(terminal: Terminal): Command {
  const command = new Command('show')
    .summary('show a schedule and where it stands')
    .description('Shows a schedule: its definition, whether it is paused, when it is due next.')
    .argument('<name>', 'the name of the schedule')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: ShowFlags) => {
    const schedule = await withClient(flags, terminal, ({ schedules }) => schedules.get(name));
    if (flags.json === true) await terminal.print(formatDocument(schedule));
    else await terminal.print(...formatSchedule(schedule, new Date()));
  });
}

/** `holdfast schedules revisions NAME`: who changed a schedule, when, and to what. */
export function schedulesRevisionsCommand(terminal: Terminal): Command {
  const command = new Command('revisions')
    .summary('show who changed a schedule, and to what')
    .description('Shows every change of a schedule, the newest first; also when it was removed.')
    .argument('<name>', 'the name of the schedule')
    .option('--json', 'print one JSON document')
    .addHelpText('after', REVISIONS_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: ShowFlags) => {
    const revisions = await withClient(flags, terminal, ({ schedules }) =>
      schedules.revisions(name),
    );
    if (flags.json === true) await terminal.print(formatDocument({ revisions }));
    else await terminal.print(...formatRevisions(revisions));
  });
}

const HELP = `
Examples:
  $ holdfast schedules show nightly
  $ holdfast schedules show nightly --json | jq .document`;

const REVISIONS_HELP = `
Examples:
  $ holdfast schedules revisions nightly
  $ holdfast schedules revisions nightly --json`;
