import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { outboxDropCommand, outboxRetryCommand } from './outbox-dead.ts';
import { outboxListCommand } from './outbox-list.ts';

/** `holdfast outbox`: jobs that were enqueued and are not started yet. */
export function outboxCommand(terminal: Terminal): Command {
  return new Command('outbox')
    .summary('list jobs that are not started yet; retry or drop dead ones')
    .description('Looks after jobs that were enqueued in a transaction and are not started yet.')
    .addCommand(outboxListCommand(terminal))
    .addCommand(outboxRetryCommand(terminal))
    .addCommand(outboxDropCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast outbox list --dead
  $ holdfast outbox retry utt-42
  $ holdfast outbox drop --all --kind transcribe`;
