import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { RESUME_POLICIES } from '../../domain/schedule-definition.ts';
import type { ResumePolicy } from '../../domain/schedule-definition.ts';
import { choiceOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface PauseFlags extends ConnectionFlags {
  readonly reason: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** `holdfast schedules pause NAME`: nothing is planned until it is resumed. */
export function schedulesPauseCommand(terminal: Terminal): Command {
  const command = new Command('pause')
    .summary('plan nothing until it is resumed')
    .description('Pauses a schedule: nothing is planned until it is resumed. What runs goes on.')
    .argument('<name>', 'the name of the schedule')
    .requiredOption('--reason <text>', 'why, for those who see it later')
    .option('--by <name>', 'who does it (default: user and host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: PauseFlags) => {
    const paused = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.pause(name, pick(flags, 'reason', 'by')),
      {
        what: 'POST /v1/schedules/{name}/pause',
        target: name,
        details: () => pick(flags, 'reason'),
      },
    );
    await terminal.note(...paused.warnings.map((warning) => `warning: ${warning}`));
    const text = `schedule ${name} is paused`;
    await terminal.print(flags.json === true ? formatDocument(paused) : text);
  });
}

interface ResumeFlags extends ConnectionFlags {
  readonly policy?: ResumePolicy;
  readonly json?: boolean;
}

/** `holdfast schedules resume NAME`: ends a pause. */
export function schedulesResumeCommand(terminal: Terminal): Command {
  const command = new Command('resume')
    .summary('end a pause')
    .description('Ends a pause, and says what becomes of the times of the pause.')
    .argument('<name>', 'the name of the schedule')
    .addOption(
      choiceOption(
        '--policy <policy>',
        'skip them, run the latest, or all (default: what the schedule says)',
        RESUME_POLICIES,
      ),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', RESUME_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, { policy, ...flags }: ResumeFlags) => {
    const resumed = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.resume(name, policy === undefined ? {} : { policy }),
      { what: 'POST /v1/schedules/{name}/resume', target: name, details: () => ({ policy }) },
    );
    await terminal.note(...resumed.warnings.map((warning) => `warning: ${warning}`));
    const text = `schedule ${name} is active`;
    await terminal.print(flags.json === true ? formatDocument(resumed) : text);
  });
}

const HELP = `
Examples:
  $ holdfast schedules pause nightly --reason "database moves"`;

const RESUME_HELP = `
Examples:
  $ holdfast schedules resume nightly
  $ holdfast schedules resume nightly --policy skip --json`;
