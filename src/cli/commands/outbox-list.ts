import { Command } from 'commander';
import { addConnectionOptions } from '../find-connection.ts';
import { formatOutbox } from '../format/outbox.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

interface OutboxFlags extends ListFlags {
  readonly dead?: boolean;
  readonly kind?: string;
  readonly limit: number;
}

/** `holdfast outbox list`: its rows by filter, the first first. */
export function outboxListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list jobs that are not started yet, the first first')
    .description('List jobs that are not started yet, the first first.')
    .option('--dead', 'only those that can never start, with the reason')
    .option('--kind <kind>', 'only these')
    .addOption(countOption('--limit <count>', 'rows at most, up to 1000', 1).default(50))
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: OutboxFlags) => list(terminal, flags));
}

function list(terminal: Terminal, flags: OutboxFlags): Promise<void> {
  const options = {
    ...pick(flags, 'kind', 'limit'),
    ...(flags.dead === true ? { state: 'dead' as const } : {}),
  };
  return showList(terminal, flags, async ({ outbox }) => {
    const rows = await outbox.list(options);
    const counts = await outbox.counts();
    const all = `there are ${counts.waiting} that wait and ${counts.dead} dead ones in all`;
    return {
      document: { rows, counts },
      lines: rows.length === 0 ? [] : formatOutbox(rows, new Date()),
      notes: rows.length === 0 ? ['no such rows'] : rows.length === flags.limit ? [all] : [],
    };
  });
}

const HELP = `
A job waits here until an orchestrator has started its workflow, most often for
some milliseconds. TRIES is how often one has taken it up.

Examples:
  $ holdfast outbox list --dead --kind transcribe
  $ holdfast outbox list --json | jq .counts`;
