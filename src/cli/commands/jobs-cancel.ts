import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type CancelFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast jobs cancel ID`: asks for the end of a job. */
export function jobsCancelCommand(terminal: Terminal): Command {
  const command = new Command('cancel')
    .summary('ask for the end of a job')
    .description(
      'Ask for the end of a job. It closes as cancelled when its handler has ended, unless that ' +
        'returns a result all the same. A job that is closed stays as it is.',
    )
    .argument('<id>', 'the id of the job')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: CancelFlags) => {
    const { requested } = await withClient(flags, terminal, ({ jobs }) => jobs.cancel(id));
    if (flags.json === true) return terminal.print(formatDocument({ id, requested }));
    await terminal.print(
      requested ? `asked job ${id} to end` : `job ${id} is closed already; nothing was changed`,
    );
  });
}

const HELP = `
Examples:
  $ holdfast jobs cancel utt-42
  $ holdfast jobs cancel utt-42 && holdfast jobs result utt-42 --timeout 30s`;
