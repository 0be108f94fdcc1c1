import { Command } from 'commander';
import type { Move } from '../../domain/messages.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';
import { withChange } from '../with-client.ts';

interface MoveFlags extends ConnectionFlags {
  readonly node?: string;
  readonly pool?: string;
  readonly json?: boolean;
}

/** `holdfast jobs move ID`: moves a job that does not run. */
export function jobsMoveCommand(terminal: Terminal): Command {
  const command = new Command('move')
    .summary('move a job that does not run')
    .description(
      'Move a job that does not run: to a node, for which it then waits however long (whatever its ' +
        'pin said before), or to a ' +
        'pool, without a pin. A job that runs is not moved.',
    )
    .argument('<id>', 'the id of the job')
    .option('--node <name>', 'pin it to this node')
    .option('--pool <pool>', 'let any node of this pool run it')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: MoveFlags) => {
    const to = moveOf(flags);
    const { warnings } = await withChange(flags, terminal, ({ jobs }) => jobs.move(id, to), {
      what: 'POST /v1/jobs/{id}/move',
      target: id,
      details: () => ({ ...to }),
    });
    await terminal.note(...warnings.map((warning) => `warning: ${warning}`));
    if (flags.json === true) return terminal.print(formatDocument({ id, movedTo: to, warnings }));
    const place = 'node' in to ? `node ${to.node}` : `pool ${to.pool}`;
    await terminal.print(`moved job ${id} to ${place}`);
  });
}

function moveOf({ node, pool }: MoveFlags): Move {
  if (node !== undefined && pool === undefined) return { node };
  if (pool !== undefined && node === undefined) return { pool };
  const got = node === undefined ? 'nothing' : 'both';
  throw usageError(`--node, --pool: expected one of them, got ${got}`, 'give --node or --pool');
}

const HELP = `
Examples:
  $ holdfast jobs move utt-42 --node gpu-2
  $ holdfast jobs move utt-42 --pool gpu`;
