import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { sessionsResultsCommand } from './sessions-results.ts';

/** `holdfast sessions`: reads ordered streams of results. */
export function sessionsCommand(terminal: Terminal): Command {
  return new Command('sessions')
    .summary('read the results of a session in order')
    .description('Reads ordered streams of results.')
    .addCommand(sessionsResultsCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast sessions results s1 --after 41`;
