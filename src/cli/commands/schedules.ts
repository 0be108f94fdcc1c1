import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { schedulesApplyCommand, schedulesDiffCommand } from './schedules-apply.ts';
import {
  schedulesEditCommand,
  schedulesRemoveCommand,
  schedulesRevertCommand,
} from './schedules-edit.ts';
import { schedulesExportCommand, schedulesResetCommand } from './schedules-export.ts';
import { schedulesHistoryCommand, schedulesPreviewCommand } from './schedules-history.ts';
import { schedulesListCommand } from './schedules-list.ts';
import { schedulesPauseCommand, schedulesResumeCommand } from './schedules-pause.ts';
import { schedulesPlanCommand } from './schedules-plan.ts';
import { schedulesPutCommand } from './schedules-put.ts';
import { schedulesRevisionsCommand, schedulesShowCommand } from './schedules-show.ts';
import {
  schedulesBackfillCommand,
  schedulesRetryCommand,
  schedulesTriggerCommand,
} from './schedules-trigger.ts';

/** `holdfast schedules`: jobs that run again and again. */
export function schedulesCommand(terminal: Terminal): Command {
  return new Command('schedules')
    .summary('look after jobs that run again and again')
    .description('Looks after schedules: jobs that run again and again.')
    .addCommand(schedulesPutCommand(terminal))
    .addCommand(schedulesApplyCommand(terminal))
    .addCommand(schedulesDiffCommand(terminal))
    .addCommand(schedulesExportCommand(terminal))
    .addCommand(schedulesResetCommand(terminal))
    .addCommand(schedulesListCommand(terminal))
    .addCommand(schedulesShowCommand(terminal))
    .addCommand(schedulesRevisionsCommand(terminal))
    .addCommand(schedulesRevertCommand(terminal))
    .addCommand(schedulesEditCommand(terminal))
    .addCommand(schedulesPauseCommand(terminal))
    .addCommand(schedulesResumeCommand(terminal))
    .addCommand(schedulesTriggerCommand(terminal))
    .addCommand(schedulesBackfillCommand(terminal))
    .addCommand(schedulesRetryCommand(terminal))
    .addCommand(schedulesHistoryCommand(terminal))
    .addCommand(schedulesPreviewCommand(terminal))
    .addCommand(schedulesRemoveCommand(terminal))
    .addCommand(schedulesPlanCommand(terminal))
    .addHelpText('after', HELP);
}

const HELP = `
Examples:
  $ holdfast schedules apply schedules.yaml
  $ holdfast schedules history nightly --state FAILED
  $ holdfast schedules pause nightly --reason "database moves"
  $ holdfast schedules plan < requests.jsonl`;
