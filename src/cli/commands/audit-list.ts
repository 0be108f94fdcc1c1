import { Command } from 'commander';
import { addDatabaseOption } from '../find-connection.ts';
import { formatAudit } from '../format/audit.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showListOf } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';
import { withAccess } from '../with-access.ts';

interface AuditFlags extends ListFlags {
  readonly target?: string;
  readonly before?: number;
  readonly limit: number;
}

/** `holdfast audit list`: who changed what. */
export function auditListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list who changed what, the newest first')
    .description(
      'List what was changed through the REST API and by commands. Programs that use the client, and what ' +
        'Holdfast does by itself, are not in it.',
    )
    .option('--target <id>', 'only what is about this id or name')
    .addOption(countOption('--before <id>', 'go on where the page before ended', 0))
    .addOption(countOption('--limit <count>', 'entries at most', 1).default(50))
    .addHelpText('after', HELP);
  addListOptions(command);
  addDatabaseOption(command);
  return command.action((flags: AuditFlags) =>
    showListOf(withAccess, terminal, flags, async (access) => {
      const entries = await access.listAudit(pick(flags, 'target', 'before', 'limit'));
      const isNone = entries.length === 0;
      const before = entries.length === flags.limit ? entries.at(-1)?.id : undefined;
      const more = `more may follow: give the same options and --before ${before}`;
      return {
        document: { entries, before },
        lines: isNone ? [] : formatAudit(entries),
        notes: isNone ? ['no such entries'] : before === undefined ? [] : [more],
      };
    }),
  );
}

const HELP = `
WHAT is the operation as the API calls it, also of a command; a command has no ROLE.
OUTCOME is done, or the code of the error; started: it is not known what came of it.

Examples:
  $ holdfast audit list
  $ holdfast audit list --target gpu-1
  $ holdfast audit list --target utt-42 --json`;
