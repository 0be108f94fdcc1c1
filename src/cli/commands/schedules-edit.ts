import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Json } from '../../domain/json.ts';
import { countOption, fieldOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

interface EditFlags extends ConnectionFlags {
  readonly set: Readonly<Record<string, Json>>;
  readonly revision?: number;
  readonly by?: string;
  readonly json?: boolean;
}

/** `holdfast schedules edit NAME`: changes some fields of a schedule. */
export function schedulesEditCommand(terminal: Terminal): Command {
  const command = new Command('edit')
    .summary('change some fields of a schedule')
    .description(
      'Changes some fields of a schedule. Other times begin after now: what was due until now, ' +
        'runs by the old ones.',
    )
    .argument('<name>', 'the name of the schedule')
    .addOption(
      fieldOption(
        '--set <field=value>',
        'a field, and JSON or a text; null leaves it out; repeatable',
      ).makeOptionMandatory(),
    )
    .addOption(countOption('--revision <number>', 'only when it still has this revision', 1))
    .option('--by <name>', 'who does it (default: user and host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: EditFlags) => {
    const { kind, schedule, warnings } = await withClient(flags, terminal, ({ schedules }) =>
      schedules.edit(name, flags.set, pick(flags, 'revision', 'by')),
    );
    await terminal.note(...warnings.map((warning) => `warning: ${warning}`));
    const text = `schedule ${name} is ${kind}: revision ${schedule.revision}`;
    await terminal.print(flags.json === true ? formatDocument({ kind, ...schedule }) : text);
  });
}

interface RemoveFlags extends ConnectionFlags {
  readonly revision?: number;
  readonly by?: string;
  readonly json?: boolean;
}

/** `holdfast schedules remove NAME`: takes a schedule out. */
export function schedulesRemoveCommand(terminal: Terminal): Command {
  const command = new Command('remove')
    .summary('take a schedule out')
    .description(
      'Takes a schedule out. What was planned and not started never runs; what runs goes on.',
    )
    .argument('<name>', 'the name of the schedule')
    .addOption(countOption('--revision <number>', 'only when it still has this revision', 1))
    .option('--by <name>', 'who does it (default: user and host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', REMOVE_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: RemoveFlags) => {
    const { warnings } = await withClient(flags, terminal, ({ schedules }) =>
      schedules.remove(name, pick(flags, 'revision', 'by')),
    );
    await terminal.note(...warnings.map((warning) => `warning: ${warning}`));
    const text = `schedule ${name} is removed`;
    await terminal.print(flags.json === true ? formatDocument({ name, warnings }) : text);
  });
}

const HELP = `
Examples:
  $ holdfast schedules edit nightly --set 'cron=0 3 * * *' --revision 4
  $ holdfast schedules edit nightly --set 'scopes=["eu","us"]' --set jitter=null`;

const REMOVE_HELP = `
Examples:
  $ holdfast schedules remove nightly --revision 4`;
