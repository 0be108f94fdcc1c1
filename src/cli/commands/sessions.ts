import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { sessionsCloseCommand } from './sessions-close.ts';
import { sessionsCreateCommand } from './sessions-create.ts';
import { sessionsListCommand } from './sessions-list.ts';
import { sessionsResultsCommand } from './sessions-results.ts';
import { sessionsShowCommand } from './sessions-show.ts';
import { sessionsTailCommand } from './sessions-tail.ts';

/** `holdfast sessions`: ordered streams of results. */
export function sessionsCommand(terminal: Terminal): Command {
  return new Command('sessions')
    .summary('list, show, read, create and close sessions')
    .description('Looks after sessions: ordered streams of results.')
    .addCommand(sessionsListCommand(terminal))
    .addCommand(sessionsShowCommand(terminal))
    .addCommand(sessionsResultsCommand(terminal))
    .addCommand(sessionsTailCommand(terminal))
    .addCommand(sessionsCreateCommand(terminal))
    .addCommand(sessionsCloseCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast sessions create s1 --skip-after 5s
  $ holdfast sessions tail s1 --after 41
  $ holdfast sessions close s1 --count 100`;
