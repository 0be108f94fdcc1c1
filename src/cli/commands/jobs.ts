import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { jobsCancelCommand } from './jobs-cancel.ts';
import { jobsExplainCommand } from './jobs-explain.ts';
import { jobsListCommand } from './jobs-list.ts';
import { jobsMoveCommand } from './jobs-move.ts';
import { jobsResultCommand } from './jobs-result.ts';
import { jobsRetryCommand } from './jobs-retry.ts';
import { jobsShowCommand } from './jobs-show.ts';

/** `holdfast jobs`: looks after submitted jobs. */
export function jobsCommand(terminal: Terminal): Command {
  return new Command('jobs')
    .summary('list, show, explain, await, move, cancel and retry jobs')
    .description('Looks after submitted jobs.')
    .addCommand(jobsListCommand(terminal))
    .addCommand(jobsShowCommand(terminal))
    .addCommand(jobsExplainCommand(terminal))
    .addCommand(jobsResultCommand(terminal))
    .addCommand(jobsMoveCommand(terminal))
    .addCommand(jobsCancelCommand(terminal))
    .addCommand(jobsRetryCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast jobs list --state open
  $ holdfast jobs show utt-42
  $ holdfast jobs explain utt-42
  $ holdfast jobs result utt-42 --timeout 30s
  $ holdfast jobs cancel utt-42
  $ holdfast jobs retry utt-42`;
