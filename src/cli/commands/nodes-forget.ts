import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { OrderFlags } from '../order-flags.ts';
import { addOrderOptions, orderOf } from '../order-flags.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type ForgetFlags = ConnectionFlags & OrderFlags & { readonly json?: boolean };

/** `holdfast nodes forget NAME`: it leaves the list. */
export function nodesForgetCommand(terminal: Terminal): Command {
  const command = new Command('forget')
    .summary('take a node off the list that will not come back')
    .description(
      'Take a node off the list that is offline and will not come back, with its mode. Jobs that ' +
        'are pinned to it go on waiting. It is on the list again if it registers.',
    )
    .argument('<name>', 'the name of the node')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addOrderOptions(command);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: ForgetFlags) => {
    await withChange(flags, terminal, ({ nodes }) => nodes.forget(name, orderOf(flags)), {
      what: 'DELETE /v1/nodes/{name}',
      target: name,
      details: () => pick(flags, 'reason'),
    });
    await terminal.print(
      flags.json === true ? formatDocument({ name, forgotten: true }) : `node ${name} is forgotten`,
    );
  });
}

const HELP = `
Examples:
  $ holdfast nodes forget gpu-1 --reason "machine returned"`;
