import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addDatabaseOption } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';
import { withAccess } from '../with-access.ts';

interface RevokeFlags extends ConnectionFlags {
  readonly json?: boolean;
}

/** `holdfast tokens revoke NAME`: ends a token. */
export function tokensRevokeCommand(terminal: Terminal): Command {
  const command = new Command('revoke')
    .summary('end a token')
    .description('End a token. A running API may believe it for 5 seconds more.')
    .argument('<name>', 'its name or id')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addDatabaseOption(command);
  return command.action(async (name: string, flags: RevokeFlags) => {
    const token = await withAccess(flags, terminal, (access) => access.revokeToken(name));
    if (flags.json === true) return terminal.print(formatDocument(token));
    await terminal.print(`token ${token.id} (${token.name}) is revoked`);
  });
}

const HELP = `
Examples:
  $ holdfast tokens revoke ci`;
