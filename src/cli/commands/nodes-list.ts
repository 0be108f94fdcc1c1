import { Command } from 'commander';
import type { NodeFilter } from '../../client/list-nodes.ts';
import { NODE_MODES } from '../../domain/node.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { nodeDocument } from '../format/document.ts';
import { formatNodeList, formatPauses } from '../format/node-list.ts';
import { choiceOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

type NodesFlags = NodeFilter & ListFlags;

/** `holdfast nodes list`: nodes by filter, and the pools whose failovers pause. */
export function nodesListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list nodes, and the pools whose failovers pause')
    .description('List nodes by pool and name, and the pools whose failovers pause.')
    .option('--pool <pool>', 'only nodes of this pool')
    .addOption(choiceOption('--state <state>', 'only nodes in this state', ['online', 'offline']))
    .addOption(choiceOption('--mode <mode>', 'only nodes in this mode', NODE_MODES))
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: NodesFlags) => list(terminal, flags));
}

function list(terminal: Terminal, flags: NodesFlags): Promise<void> {
  const filter = pick(flags, 'pool', 'state', 'mode');
  return showList(terminal, flags, async (client) => {
    const [nodes, allPauses] = await Promise.all([
      client.nodes.list(filter),
      client.nodes.pauses(),
    ]);
    const pauses = allPauses.filter(({ pool }) => flags.pool === undefined || pool === flags.pool);
    const times = pauses.map((pause) => ({ ...pause, until: new Date(pause.until) }));
    const isNone = nodes.length === 0;
    return {
      document: { nodes: nodes.map(nodeDocument), pauses: times },
      lines: isNone ? [] : formatNodeList(nodes, new Date()),
      notes: [...formatPauses(pauses), ...(isNone ? ['no such nodes'] : [])],
    };
  });
}

const HELP = `
SLOTS is used/all, as the node's last beat says. CAUSE is what put the node into
its state, or who put it into its mode and why.

Examples:
  $ holdfast nodes list
  $ holdfast nodes list --watch
  $ holdfast nodes list --pool gpu --state offline --json`;
