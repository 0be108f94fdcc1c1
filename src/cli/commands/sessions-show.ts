import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatSession } from '../format/session.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ShowFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast sessions show ID`: a session and where it stands. */
export function sessionsShowCommand(terminal: Terminal): Command {
  const command = new Command('show')
    .summary('show a session and where it stands')
    .description('Show a session: its rules, what it has released, what it waits for, its end.')
    .argument('<id>', 'the id of the session')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: ShowFlags) => {
    const session = await withClient(flags, terminal, ({ sessions }) => sessions.get(id));
    if (flags.json === true) await terminal.print(formatDocument(session));
    else await terminal.print(...formatSession(session, new Date()));
  });
}

const HELP = `
Examples:
  $ holdfast sessions show s1
  $ holdfast sessions show s1 --json | jq .cursor`;
