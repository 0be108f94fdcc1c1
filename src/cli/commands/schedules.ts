import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { schedulesPlanCommand } from './schedules-plan.ts';

/** `holdfast schedules`: tells when jobs that run again and again are due. */
export function schedulesCommand(terminal: Terminal): Command {
  return new Command('schedules')
    .summary('ask the planner of schedules')
    .description('Tells when jobs that run again and again are due.')
    .addCommand(schedulesPlanCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast schedules plan < requests.jsonl`;
