import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { configCheckCommand } from './config-check.ts';
import { configShowCommand } from './config-show.ts';

/** `holdfast config`: what the configuration says, and whether it is right. */
export function configCommand(terminal: Terminal): Command {
  return new Command('config')
    .summary('check and show the configuration')
    .description(
      'Checks and shows the configuration: holdfast.yaml, the environment, and defaults.',
    )
    .addCommand(configCheckCommand(terminal))
    .addCommand(configShowCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast config check
  $ holdfast config show --json`;
