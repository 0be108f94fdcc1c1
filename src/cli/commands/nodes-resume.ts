import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type ResumeFlags = ConnectionFlags & { readonly pool: string; readonly json?: boolean };

/** `holdfast nodes resume --pool P`: ends the pause of a pool. */
export function nodesResumeCommand(terminal: Terminal): Command {
  const command = new Command('resume')
    .summary('end the pause of a pool')
    .description(
      'End the pause of a pool whose failovers pause because too many of its nodes were lost at ' +
        'once. Its lost jobs look for other nodes within seconds.',
    )
    .requiredOption('--pool <pool>', 'the pool')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (flags: ResumeFlags) => {
    const { pool } = flags;
    const resumed = await withChange(flags, terminal, ({ nodes }) => nodes.resumePool(pool), {
      what: 'POST /v1/pools/{pool}/resume',
      target: pool,
      details: (wasPaused) => ({ resumed: wasPaused }),
    });
    if (flags.json === true) return terminal.print(formatDocument({ pool, resumed }));
    await terminal.print(
      resumed ? `pool ${pool} goes on` : `pool ${pool} was not paused; nothing was changed`,
    );
  });
}

const HELP = `
Examples:
  $ holdfast nodes resume --pool gpu`;
