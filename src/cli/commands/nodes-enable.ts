import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, nodeDocument } from '../format/document.ts';
import type { OrderFlags } from '../order-flags.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

type EnableFlags = ConnectionFlags & Partial<OrderFlags> & { readonly json?: boolean };

/** `holdfast nodes enable NAME`: it takes work again. */
export function nodesEnableCommand(terminal: Terminal): Command {
  const command = new Command('enable')
    .summary('let a node take work again')
    .description('Let a node take work again that was cordoned or drained.')
    .argument('<name>', 'the name of the node')
    .option('--reason <text>', 'why, for those who read it later')
    .option('--by <who>', 'who orders it (default: you, at this host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: EnableFlags) => {
    const status = await withChange(
      flags,
      terminal,
      ({ nodes }) => nodes.enable(name, pick(flags, 'reason', 'by')),
      {
        what: 'POST /v1/nodes/{name}/enable',
        target: name,
        details: () => pick(flags, 'reason'),
      },
    );
    await terminal.print(
      flags.json === true
        ? formatDocument(nodeDocument(status))
        : `node ${name} is enabled: it takes work`,
    );
  });
}

const HELP = `
Examples:
  $ holdfast nodes enable gpu-1
  $ holdfast nodes enable gpu-1 --reason "fan replaced"`;
