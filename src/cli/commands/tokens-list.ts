import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addDatabaseOption } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatTokens } from '../format/token-list.ts';
import type { Terminal } from '../terminal.ts';
import { withAccess } from '../with-access.ts';

interface ListFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** `holdfast tokens list`: every token, also the revoked ones. */
export function tokensListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list tokens, the newest first')
    .description('List tokens, also revoked ones, the newest first. No token can be told from it.')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addDatabaseOption(command);
  return command.action(async (flags: ListFlags) => {
    const tokens = await withAccess(flags, terminal, (access) => access.listTokens());
    if (flags.json === true) return terminal.print(formatDocument({ tokens }));
    if (tokens.length === 0) return terminal.note('no tokens');
    await terminal.print(...formatTokens(tokens, new Date()));
  });
}

const HELP = `
Examples:
  $ holdfast tokens list
  $ holdfast tokens list --json | jq '.tokens[].name'`;
