import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatSessionItem } from '../format/session-item.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ResultsFlags = ConnectionFlags & { readonly after?: number; readonly json?: boolean };

/** `holdfast sessions results ID`: what a session has released so far. */
export function sessionsResultsCommand(terminal: Terminal): Command {
  const command = new Command('results')
    .summary('print what a session has released so far, in order')
    .description(
      'Print what a session has released so far, in the order of the indexes, and end. ' +
        '`holdfast sessions tail` waits for more.',
    )
    .argument('<id>', 'the id of the session')
    .addOption(countOption('--after <index>', 'only what comes after this index', -1))
    .option('--json', 'print one JSON document for each index, each on a line')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((id: string, flags: ResultsFlags) =>
    withClient(flags, terminal, async ({ sessions }) => {
      const format = flags.json === true ? formatDocument : formatSessionItem;
      let count = 0;
      for await (const item of sessions.results(id, { ...pick(flags, 'after'), follow: false })) {
        if (terminal.isClosed) return;
        await terminal.print(format(item));
        count++;
      }
      if (count === 0) await terminal.note('no results yet');
    }),
  );
}

const HELP = `
Go on later with --after set to the last index that you have seen.

Examples:
  $ holdfast sessions results s1
  $ holdfast sessions results s1 --after 41 --json`;
