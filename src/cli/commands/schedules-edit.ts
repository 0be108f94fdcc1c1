import { Command } from 'commander';
import type { PutSchedule } from '../../client/schedules/put-schedule.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import type { Json } from '../../domain/json.ts';
import { countOption, fieldOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

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
    const put = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.edit(name, flags.set, pick(flags, 'revision', 'by')),
      {
        what: 'PATCH /v1/schedules/{name}',
        target: name,
        details: (edited) => ({ ...detailsOf(edited), fields: Object.keys(flags.set) }),
      },
    );
    await printPut(terminal, put, flags);
  });
}

/** Prints what became of a schedule. */
export async function printPut(
  terminal: Terminal,
  { kind, schedule, warnings }: PutSchedule,
  { json }: { readonly json?: boolean },
): Promise<void> {
  await terminal.note(...warnings.map((warning) => `warning: ${warning}`));
  const text = `schedule ${schedule.name} is ${kind}: revision ${schedule.revision}`;
  await terminal.print(json === true ? formatDocument({ kind, ...schedule }) : text);
}

/** What the audit says of a schedule that was put. */
export function detailsOf({ kind, schedule: { revision } }: PutSchedule) {
  return { kind, revision };
}

interface RevertFlags extends ConnectionFlags {
  readonly to: number;
  readonly revision?: number;
  readonly by?: string;
  readonly json?: boolean;
}

/** `holdfast schedules revert NAME`: gives a schedule back what an earlier revision had. */
export function schedulesRevertCommand(terminal: Terminal): Command {
  const command = new Command('revert')
    .summary('give a schedule the definition that it had')
    .description(
      'Gives a schedule the definition of an earlier revision, as a new revision; also one that was ' +
        'removed. Other times begin after now.',
    )
    .argument('<name>', 'the name of the schedule')
    .addOption(countOption('--to <number>', 'the revision', 1).makeOptionMandatory())
    .addOption(countOption('--revision <number>', 'only when it still has this revision', 1))
    .option('--by <name>', 'who does it (default: user and host)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', REVERT_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: RevertFlags) => {
    const put = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.revert(name, pick(flags, 'to', 'revision', 'by')),
      {
        what: 'POST /v1/schedules/{name}/revert',
        target: name,
        details: (reverted) => ({ ...detailsOf(reverted), to: flags.to }),
      },
    );
    await printPut(terminal, put, flags);
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
    const { warnings } = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.remove(name, pick(flags, 'revision', 'by')),
      { what: 'DELETE /v1/schedules/{name}', target: name },
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

const REVERT_HELP = `
Examples:
  $ holdfast schedules revisions nightly
  $ holdfast schedules revert nightly --to 3`;

const REMOVE_HELP = `
Examples:
  $ holdfast schedules remove nightly --revision 4`;
