import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { nodesCordonCommand } from './nodes-cordon.ts';
import { nodesDrainCommand } from './nodes-drain.ts';
import { nodesEnableCommand } from './nodes-enable.ts';
import { nodesForgetCommand } from './nodes-forget.ts';
import { nodesListCommand } from './nodes-list.ts';
import { nodesResumeCommand } from './nodes-resume.ts';
import { nodesShowCommand } from './nodes-show.ts';

/** `holdfast nodes`: looks after the nodes that have registered. */
export function nodesCommand(terminal: Terminal): Command {
  return new Command('nodes')
    .summary('list, show, cordon, drain and enable nodes')
    .description('Looks after nodes. `holdfast node` runs one.')
    .addCommand(nodesListCommand(terminal))
    .addCommand(nodesShowCommand(terminal))
    .addCommand(nodesCordonCommand(terminal))
    .addCommand(nodesDrainCommand(terminal))
    .addCommand(nodesEnableCommand(terminal))
    .addCommand(nodesForgetCommand(terminal))
    .addCommand(nodesResumeCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast nodes list --pool gpu
  $ holdfast nodes drain gpu-1 --reason "driver update" --deadline 10m --wait
  $ holdfast nodes enable gpu-1`;
