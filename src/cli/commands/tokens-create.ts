import { Command } from 'commander';
import type { TokenOptions } from '../../client/access.ts';
import { ROLES } from '../../domain/access.ts';
import type { Duration } from '../../domain/duration.ts';
import { parseDuration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addDatabaseOption } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { choiceOption } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import { withAccess } from '../with-access.ts';

interface CreateFlags extends ConnectionFlags {
  readonly role: TokenOptions['role'];
  readonly expires: Duration | 'never';
  readonly json?: boolean;
}

/** `holdfast tokens create NAME`: makes a token and tells it once. */
export function tokensCreateCommand(terminal: Terminal): Command {
  const command = new Command('create')
    .summary('make a token, and print it once')
    .description('Make a token, and print it: it is told only now. The ledger keeps its hash.')
    .argument('<name>', 'what it is for; for the list and the audit')
    .addOption(choiceOption('--role <role>', 'what it may do', ROLES).makeOptionMandatory(true))
    .option('--expires <time>', 'for how long, or never', '90d')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addDatabaseOption(command);
  return command.action(async (name: string, flags: CreateFlags) => {
    const { role, expires } = flags;
    if (expires !== 'never') parseDuration(expires, '--expires');
    const made = await withAccess(flags, terminal, (access) =>
      access.createToken(name, { role, expires }),
    );
    if (flags.json === true) return terminal.print(formatDocument(made));
    await terminal.print(made.token);
    const until =
      made.expiresAt === undefined ? 'does not expire' : `expires ${made.expiresAt.toISOString()}`;
    await terminal.note(`token ${made.id} (${name}, ${role}) ${until}; it is not told again`);
  });
}

const HELP = `
Each role may all that those before it may: read looks; submit brings jobs and
takes them back; operate runs the fleet; admin destroys and reads the audit.

Examples:
  $ holdfast tokens create ci --role submit
  $ holdfast tokens create grafana --role read --expires never`;
