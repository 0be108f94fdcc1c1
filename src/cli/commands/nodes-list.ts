import { Command } from 'commander';
import type { NodeFilter } from '../../client/list-nodes.ts';
import { NODE_MODES } from '../../domain/node.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument, nodeDocument } from '../format/document.ts';
import { formatNodeList, formatPauses } from '../format/node-list.ts';
import { choiceOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ListFlags = NodeFilter & ConnectionFlags & { readonly json?: boolean };

/** `holdfast nodes list`: nodes by filter, and the pools whose failovers pause. */
export function nodesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list nodes, and the pools whose failovers pause')
    .description('List nodes by pool and name, and the pools whose failovers pause.')
    .option('--pool <pool>', 'only nodes of this pool')
    .addOption(choiceOption('--state <state>', 'only nodes in this state', ['online', 'offline']))
    .addOption(choiceOption('--mode <mode>', 'only nodes in this mode', NODE_MODES))
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: ListFlags) => list(terminal, flags));
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const filter = pick(flags, 'pool', 'state', 'mode');
  const [nodes, allPauses] = await withClient(flags, terminal, ({ nodes }) =>
    Promise.all([nodes.list(filter), nodes.pauses()]),
  );
  const pauses = allPauses.filter(({ pool }) => flags.pool === undefined || pool === flags.pool);
  if (flags.json === true) {
    const times = pauses.map((pause) => ({ ...pause, until: new Date(pause.until) }));
    const document = { nodes: nodes.map(nodeDocument), pauses: times };
    return terminal.print(formatDocument(document));
  }
  await terminal.note(...formatPauses(pauses));
  if (nodes.length === 0) return terminal.note('no such nodes');
  await terminal.print(...formatNodeList(nodes, new Date()));
}

const HELP = `
SLOTS is used/all, as the node's last beat says. CAUSE is what put the node into
its state, or who put it into its mode and why.

Examples:
  $ holdfast nodes list
  $ holdfast nodes list --pool gpu --state offline --json`;
