import { Command } from 'commander';
import type { SessionView } from '../../client/sessions.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { countOption } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type CloseFlags = ConnectionFlags & { readonly count: number; readonly json?: boolean };

/** `holdfast sessions close ID`: tells where a session ends. */
export function sessionsCloseCommand(terminal: Terminal): Command {
  const command = new Command('close')
    .summary('tell where a session ends')
    .description(
      'Tell how many indexes a session has. Its readers end behind the last one; its jobs may ' +
        'still be submitted and run.',
    )
    .argument('<id>', 'the id of the session')
    .addOption(
      countOption('--count <count>', 'how many indexes it has, from 0 on', 0).makeOptionMandatory(),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, { count, ...flags }: CloseFlags) => {
    const session = await withChange(
      flags,
      terminal,
      ({ sessions }) => sessions.close(id, { count }),
      { what: 'POST /v1/sessions/{id}/close', target: id, details: () => ({ count }) },
    );
    await terminal.print(flags.json === true ? formatDocument(session) : sentence(session, count));
  });
}

function sentence({ id, cursor, endedAt }: SessionView, count: number): string {
  if (endedAt !== undefined) return `session ${id} has ended`;
  const released = cursor === -1 ? 'nothing' : `up to ${cursor}`;
  return `session ${id} ends behind index ${count - 1}; released so far: ${released}`;
}

const HELP = `
It may be repeated with the same count.

Examples:
  $ holdfast sessions close s1 --count 100
  $ holdfast sessions close s1 --count 0 --json`;
