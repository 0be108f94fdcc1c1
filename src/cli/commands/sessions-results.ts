import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatSessionResult } from '../format/session-result.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ResultsFlags = ConnectionFlags & { readonly after?: number; readonly json?: boolean };

/** `holdfast sessions results ID`: the results of a session in the order of their index. */
export function sessionsResultsCommand(terminal: Terminal): Command {
  const command = new Command('results')
    .summary('print the results of a session in order')
    .description(
      'Print the results of a session in the order of their index, up to the first one whose ' +
        'job is still open or was never submitted.',
    )
    .argument('<id>', 'the id of the session')
    .addOption(countOption('--after <index>', 'only those after this index', 0))
    .option('--json', 'print one JSON document for each result, each on a line')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((id: string, flags: ResultsFlags) =>
    withClient(flags, terminal, async ({ sessions }) => {
      const format = flags.json === true ? formatDocument : formatSessionResult;
      let count = 0;
      for await (const slot of sessions.results(id, pick(flags, 'after'))) {
        if (terminal.isClosed) return;
        await terminal.print(format(slot));
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
