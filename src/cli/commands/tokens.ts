import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { tokensCreateCommand } from './tokens-create.ts';
import { tokensListCommand } from './tokens-list.ts';
import { tokensRevokeCommand } from './tokens-revoke.ts';

/** `holdfast tokens`: who may call the REST API. */
export function tokensCommand(terminal: Terminal): Command {
  return new Command('tokens')
    .summary('create, list and revoke tokens of the REST API')
    .description('Looks after the tokens of the REST API. Needs the ledger only.')
    .addCommand(tokensCreateCommand(terminal))
    .addCommand(tokensListCommand(terminal))
    .addCommand(tokensRevokeCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast tokens create ci --role submit
  $ holdfast tokens list
  $ holdfast tokens revoke ci`;
