import { Command } from 'commander';
import type { Duration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatRecovery, formatSweep, sweepProgress } from '../format/sweep.ts';
import { oneLine } from '../report-error.ts';
import { durationOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import { startProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface SweepCommandFlags extends ConnectionFlags {
  readonly dryRun?: boolean;
  readonly olderThan?: Duration;
  readonly adopt?: boolean;
  readonly json?: boolean;
}

/** `holdfast sweep`: one pass over all that ledger and Temporal should agree on. */
export function sweepCommand(terminal: Terminal): Command {
  const command = new Command('sweep')
    .summary('compare ledger and Temporal and repair what differs')
    .description(
      'Compares ledger and Temporal and repairs what differs. Orchestrators do so by themselves ' +
        'every minute; this does it now, and tells of each repair.',
    )
    .option('--dry-run', 'change nothing, and only say what would be done')
    .addOption(
      durationOption(
        '--older-than <time>',
        'leave open jobs alone that are younger (default: 30s)',
      ),
    )
    .option(
      '--adopt',
      'take the jobs of a ledger over whose namespace is gone for good: they start again here',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: SweepCommandFlags) => sweep(terminal, flags));
}

async function sweep(terminal: Terminal, flags: SweepCommandFlags): Promise<void> {
  const { json = false } = flags;
  const progress = startProgress(terminal, { asJson: json });
  const swept = await withChange(
    flags,
    terminal,
    (client) =>
      client.sweep({
        ...pick(flags, 'dryRun', 'olderThan', 'adopt'),
        onProgress: (strategy, soFar) => progress.show(sweepProgress(strategy, soFar)),
        onRecovery: (recovery) => {
          if (!json) void terminal.print(oneLine(formatRecovery(recovery)));
        },
      }),
    {
      what: 'POST /v1/sweep',
      details: ({ strategies }) => ({ ...pick(flags, 'olderThan', 'adopt'), strategies }),
    },
  ).finally(() => progress.end());
  if (json) return terminal.print(formatDocument(swept));
  for (const trouble of swept.troubles) {
    await terminal.note(oneLine(`not repaired: ${formatRecovery(trouble)} (${trouble.code})`));
  }
  await terminal.print(...formatSweep(swept.strategies, swept.isDryRun));
}

const HELP = `
It looks for open jobs whose workflow is unknown (pending) or over (orphan), for
jobs past their deadline and dispatches that nobody takes (timeout), and for
what is held for jobs that are over (stale_allocation).

Examples:
  $ holdfast sweep --dry-run
  $ holdfast sweep --json | jq .recoveries`;
