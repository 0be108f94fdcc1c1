import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatOutbox } from '../format/outbox.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

interface ListFlags extends ConnectionFlags {
  readonly dead?: boolean;
  readonly kind?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** `holdfast outbox list`: its rows by filter, the first first. */
export function outboxListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list jobs that are not started yet, the first first')
    .description('List jobs that are not started yet, the first first.')
    .option('--dead', 'only those that can never start, with the reason')
    .option('--kind <kind>', 'only these')
    .addOption(countOption('--limit <count>', 'rows at most, up to 1000', 1).default(50))
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: ListFlags) => list(terminal, flags));
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const options = {
    ...pick(flags, 'kind', 'limit'),
    ...(flags.dead === true ? { state: 'dead' as const } : {}),
  };
  const { rows, counts } = await withClient(flags, terminal, async ({ outbox }) => ({
    rows: await outbox.list(options),
    counts: await outbox.counts(),
  }));
  if (flags.json === true) return terminal.print(formatDocument({ rows, counts }));
  if (rows.length === 0) return terminal.note('no such rows');
  await terminal.print(...formatOutbox(rows, new Date()));
  if (rows.length === flags.limit) {
    await terminal.note(
      `there are ${counts.waiting} that wait and ${counts.dead} dead ones in all`,
    );
  }
}

const HELP = `
A job waits here until an orchestrator has started its workflow, most often for
some milliseconds. TRIES is how often one has taken it up.

Examples:
  $ holdfast outbox list --dead --kind transcribe
  $ holdfast outbox list --json | jq .counts`;
