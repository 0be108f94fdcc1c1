import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, jobDocument } from '../format/document.ts';
import { formatJob } from '../format/job.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

interface ShowFlags extends ConnectionFlags {
  readonly generation?: number;
  readonly json?: boolean;
}

/** `holdfast jobs show ID`: a job with all that is known of it. */
export function jobsShowCommand(terminal: Terminal): Command {
  const command = new Command('show')
    .summary('show a job and its attempts')
    .description('Show a job: what it does or waits for and why, its attempts, and how it ended.')
    .argument('<id>', 'the id of the job')
    .addOption(
      countOption('--generation <number>', 'an earlier start of its id (default: the newest)', 1),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: ShowFlags) => {
    const job = await withClient(flags, terminal, ({ jobs }) =>
      jobs.get(id, pick(flags, 'generation')),
    );
    if (flags.json === true) await terminal.print(formatDocument(jobDocument(job)));
    else await terminal.print(...formatJob(job, new Date()));
  });
}

const HELP = `
Examples:
  $ holdfast jobs show utt-42
  $ holdfast jobs show utt-42 --generation 1
  $ holdfast jobs show utt-42 --json | jq .attempts`;
