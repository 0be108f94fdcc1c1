import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { keysGenerateCommand } from './keys-generate.ts';

/** `holdfast keys`: what payloads are encrypted by. */
export function keysCommand(terminal: Terminal): Command {
  return new Command('keys')
    .summary('make a key that encrypts payloads')
    .description('Makes keys by which what Temporal stores of jobs is encrypted. Needs no servers.')
    .addCommand(keysGenerateCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast keys generate
  $ holdfast keys generate 2027-01 >> keys.txt`;
