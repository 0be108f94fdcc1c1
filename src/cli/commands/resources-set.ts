import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { countOf } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type SetFlags = ConnectionFlags & { readonly pool?: string; readonly json?: boolean };

/** `holdfast resources set NAME CAPACITY`: how much there is of a resource. */
export function resourcesSetCommand(terminal: Terminal): Command {
  const command = new Command('set')
    .summary('set how much there is of a resource')
    .description(
      'Set how much there is of a resource, new or known. Jobs that it is enough for go on at ' +
        'once; a lower capacity takes nothing away from those that hold some.',
    )
    .argument('<name>', 'the name of the resource')
    .argument('<capacity>', 'how much there is: a whole number from 0')
    .option('--pool <pool>', 'for this pool alone (default: for the whole fleet)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, text: string, flags: SetFlags) => {
    const capacity = countOf(text, 'resources set: CAPACITY', 0, '64');
    const { pool } = flags;
    const { granted } = await withChange(
      flags,
      terminal,
      ({ resources }) => resources.set(name, capacity, pick(flags, 'pool')),
      {
        what: 'PUT /v1/resources/{name}',
        target: name,
        details: () => ({ pool, capacity }),
      },
    );
    if (flags.json === true) {
      return terminal.print(formatDocument({ name, pool, capacity, granted }));
    }
    const went = granted === 0 ? '' : `; ${granted} waiting jobs go on`;
    const whose = pool === undefined ? '' : ` of pool ${pool}`;
    await terminal.print(`there are ${capacity} of ${name}${whose} now${went}`);
  });
}

const HELP = `
Examples:
  $ holdfast resources set db-conn 10
  $ holdfast resources set gpu-mem-gb 64 --pool gpu --json`;
