import { Command } from 'commander';
import type { SessionListOptions } from '../../client/sessions.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatSessionList } from '../format/session.ts';
import { choiceOption, countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ListFlags = SessionListOptions & ConnectionFlags & { readonly json?: boolean };

/** `holdfast sessions list`: sessions by filter, newest first. */
export function sessionsListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list sessions, newest first')
    .description('List sessions, newest first.')
    .addOption(choiceOption('--state <state>', 'only these', ['open', 'ended']))
    .addOption(countOption('--limit <count>', 'sessions at most, up to 1000', 1).default(50))
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: ListFlags) => list(terminal, flags));
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const options = pick(flags, 'state', 'limit', 'cursor');
  const page = await withClient(flags, terminal, ({ sessions }) => sessions.list(options));
  if (flags.json === true) return terminal.print(formatDocument(page));
  if (page.sessions.length === 0) return terminal.note('no such sessions');
  await terminal.print(...formatSessionList(page.sessions));
  if (page.cursor !== undefined) {
    await terminal.note(`more follow: give the same options and --cursor ${page.cursor}`);
  }
}

const HELP = `
A session has ended when its last index was released. CURSOR is the last index
that was released or passed over, COUNT how many there are, once it is closed.

Examples:
  $ holdfast sessions list --state open
  $ holdfast sessions list --limit 1000 --json`;
