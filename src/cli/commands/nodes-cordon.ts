import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, nodeDocument } from '../format/document.ts';
import type { OrderFlags } from '../order-flags.ts';
import { addOrderOptions, orderOf } from '../order-flags.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type CordonFlags = ConnectionFlags & OrderFlags & { readonly json?: boolean };

/** `holdfast nodes cordon NAME`: it takes no new work. */
export function nodesCordonCommand(terminal: Terminal): Command {
  const command = new Command('cordon')
    .summary('let a node take no new work')
    .description(
      'Let a node take no new work; what it runs goes on. It stays so over restarts, until it is ' +
        'enabled.',
    )
    .argument('<name>', 'the name of the node')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addOrderOptions(command);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: CordonFlags) => {
    const status = await withChange(
      flags,
      terminal,
      ({ nodes }) => nodes.cordon(name, orderOf(flags)),
      {
        what: 'POST /v1/nodes/{name}/cordon',
        target: name,
        details: () => pick(flags, 'reason'),
      },
    );
    await terminal.print(
      flags.json === true
        ? formatDocument(nodeDocument(status))
        : `node ${name} is cordoned: it takes no new work`,
    );
  });
}

const HELP = `
Examples:
  $ holdfast nodes cordon gpu-1 --reason "runs hot"
  $ holdfast nodes cordon gpu-1 --reason "ticket 17" --by ops-bot --json`;
