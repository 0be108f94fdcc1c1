import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, nodeDocument } from '../format/document.ts';
import { formatNode } from '../format/node.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ShowFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast nodes show NAME`: a node with all that is known of it. */
export function nodesShowCommand(terminal: Terminal): Command {
  const command = new Command('show')
    .summary('show a node, what it runs and what happened to it')
    .description('Show a node: its state and mode and why, what it runs, and its newest changes.')
    .argument('<name>', 'the name of the node')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: ShowFlags) => {
    const node = await withClient(flags, terminal, ({ nodes }) => nodes.get(name));
    if (flags.json === true) await terminal.print(formatDocument(nodeDocument(node)));
    else await terminal.print(...formatNode(node, new Date()));
  });
}

const HELP = `
Examples:
  $ holdfast nodes show gpu-1
  $ holdfast nodes show gpu-1 --json | jq .beat.running`;
