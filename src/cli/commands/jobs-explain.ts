import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, jobDocument } from '../format/document.ts';
import { formatExplanation } from '../format/explanation.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ExplainFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast jobs explain ID`: what a job waits for, and its story. */
export function jobsExplainCommand(terminal: Terminal): Command {
  const command = new Command('explain')
    .summary('tell what a job waits for, and all that happened to it')
    .description(
      'Tell what a job waits for, since when and until when, and all that happened to it: each ' +
        'attempt with queue, node and times, losses, failovers, retries, and its end.',
    )
    .argument('<id>', 'the id of the job')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: ExplainFlags) => {
    const explanation = await withClient(flags, terminal, ({ jobs }) => jobs.explain(id));
    if (flags.json !== true) {
      return terminal.print(...formatExplanation(explanation, new Date()));
    }
    const { job, ...rest } = explanation;
    await terminal.print(formatDocument({ job: jobDocument(job), ...rest }));
  });
}

const HELP = `
Examples:
  $ holdfast jobs explain utt-42
  $ holdfast jobs explain utt-42 --json | jq .wait`;
