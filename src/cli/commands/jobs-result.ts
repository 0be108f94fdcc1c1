import { Command } from 'commander';
import type { Duration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { durationOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ResultFlags = ConnectionFlags & { readonly timeout?: Duration; readonly json?: boolean };

/** `holdfast jobs result ID`: waits for a job's end and prints its result. */
export function jobsResultCommand(terminal: Terminal): Command {
  const command = new Command('result')
    .summary('wait for the end of a job')
    .description('Wait for the end of a job and print its result.')
    .argument('<id>', 'the id of the job')
    .addOption(durationOption('--timeout <time>', 'wait no longer than this'))
    .option('--json', 'print one JSON document with the id and the result')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: ResultFlags) => {
    const result = await withClient(flags, terminal, ({ jobs }) =>
      jobs.result(id, pick(flags, 'timeout')),
    );
    await terminal.print(
      flags.json === true ? formatDocument({ id, result }) : JSON.stringify(result, null, 2),
    );
  });
}

const HELP = `
The exit code tells how the job ended: 0 for a result, 6 for a failure, 7 for a
cancelled job, 8 when it was still open after --timeout.

Examples:
  $ holdfast jobs result utt-42
  $ holdfast jobs result utt-42 --timeout 30s --json`;
