import { Command } from 'commander';
import { addDatabaseOption } from '../find-connection.ts';
import { formatTokens } from '../format/token-list.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showListOf } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';
import { withAccess } from '../with-access.ts';

/** `holdfast tokens list`: every token, also the revoked ones. */
export function tokensListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list tokens, the newest first')
    .description('List tokens, also revoked ones, the newest first. No token can be told from it.')
    .addHelpText('after', HELP);
  addListOptions(command);
  addDatabaseOption(command);
  return command.action((flags: ListFlags) =>
    showListOf(withAccess, terminal, flags, async (access) => {
      const tokens = await access.listTokens();
      const isNone = tokens.length === 0;
      return {
        document: { tokens },
        lines: isNone ? [] : formatTokens(tokens, new Date()),
        notes: isNone ? ['no tokens'] : [],
      };
    }),
  );
}

const HELP = `
Examples:
  $ holdfast tokens list
  $ holdfast tokens list --json | jq '.tokens[].name'`;
