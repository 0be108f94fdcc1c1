import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions, inspectConnection } from '../find-connection.ts';
import { configDocument, formatSettings } from '../format/config.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';

interface ShowFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** `holdfast config show`: every setting, and where its value came from. */
export function configShowCommand(terminal: Terminal): Command {
  const command = new Command('show')
    .summary('show every setting, and where its value came from')
    .description(
      'Shows every setting as it is here, with passwords masked, and where its value came from.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: ShowFlags) => show(terminal, flags));
}

async function show(terminal: Terminal, flags: ShowFlags): Promise<void> {
  const { settings, file } = await inspectConnection(flags, terminal);
  const { configuredSchedules } = await import('../../config/read-schedules.ts');
  const schedules = await configuredSchedules(file?.name);
  if (flags.json === true) {
    await terminal.print(formatDocument(configDocument(file?.name, settings, schedules)));
  } else {
    await terminal.print(...formatSettings(settings, schedules));
  }
}

const HELP = `
A value in brackets is not given: it says what happens then.

Examples:
  $ holdfast config show
  $ holdfast config show --config deploy/holdfast.yaml --json`;
