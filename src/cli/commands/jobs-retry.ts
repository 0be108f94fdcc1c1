import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type RetryFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast jobs retry ID`: starts a job that has ended again. */
export function jobsRetryCommand(terminal: Terminal): Command {
  const command = new Command('retry')
    .summary('start a job again that has ended')
    .description(
      'Start a job again that has ended, as the next generation of its id, with what it was ' +
        'submitted with.',
    )
    .argument('<id>', 'the id of the job')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: RetryFlags) => {
    const { generation, warnings } = await withChange(
      flags,
      terminal,
      ({ jobs }) => jobs.retry(id),
      {
        what: 'POST /v1/jobs/{id}/retry',
        target: id,
        details: (started) => pick(started, 'generation'),
      },
    );
    await terminal.note(...warnings.map((warning) => `warning: ${warning}`));
    if (flags.json === true) return terminal.print(formatDocument({ id, generation, warnings }));
    await terminal.print(`started generation ${generation} of job ${id}`);
  });
}

const HELP = `
Examples:
  $ holdfast jobs retry utt-42
  $ holdfast jobs retry utt-42 && holdfast jobs result utt-42
  $ holdfast jobs show utt-42 --generation 1`;
