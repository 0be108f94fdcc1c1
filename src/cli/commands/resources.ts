import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { resourcesListCommand } from './resources-list.ts';
import { resourcesRemoveCommand } from './resources-remove.ts';
import { resourcesSetCommand } from './resources-set.ts';

/** `holdfast resources`: what jobs hold while they run. */
export function resourcesCommand(terminal: Terminal): Command {
  return new Command('resources')
    .summary('list, set and remove what jobs hold while they run')
    .description('Looks after resources: named, counted things that jobs hold while they run.')
    .addCommand(resourcesListCommand(terminal))
    .addCommand(resourcesSetCommand(terminal))
    .addCommand(resourcesRemoveCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast resources list
  $ holdfast resources set gpu-mem-gb 64 --pool gpu
  $ holdfast resources remove db-conn`;
