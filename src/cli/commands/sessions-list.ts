import { Command } from 'commander';
import type { SessionListOptions } from '../../client/sessions.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatSessionList } from '../format/session.ts';
import { choiceOption, countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

type SessionsFlags = SessionListOptions & ListFlags;

/** `holdfast sessions list`: sessions by filter, newest first. */
export function sessionsListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list sessions, newest first')
    .description('List sessions, newest first.')
    .addOption(choiceOption('--state <state>', 'only these', ['open', 'ended']))
    .addOption(countOption('--limit <count>', 'sessions at most, up to 1000', 1).default(50))
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: SessionsFlags) => list(terminal, flags));
}

function list(terminal: Terminal, flags: SessionsFlags): Promise<void> {
  const options = pick(flags, 'state', 'limit', 'cursor');
  return showList(terminal, flags, async (client) => {
    const page = await client.sessions.list(options);
    const { sessions, cursor } = page;
    const more = `more follow: give the same options and --cursor ${cursor}`;
    return {
      document: page,
      lines: sessions.length === 0 ? [] : formatSessionList(sessions),
      notes: sessions.length === 0 ? ['no such sessions'] : cursor === undefined ? [] : [more],
    };
  });
}

const HELP = `
A session has ended when its last index was released. CURSOR is the last index
that was released or passed over, COUNT how many there are, once it is closed.

Examples:
  $ holdfast sessions list --state open
  $ holdfast sessions list --limit 1000 --json`;
