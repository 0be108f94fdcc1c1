import { Command, Option } from 'commander';
import type { AppliedSchedules, ScheduleSource } from '../../client/schedules/apply-schedules.ts';
import { changedOf, countsOf } from '../../client/schedules/applied.ts';
import type { ConflictPolicy } from '../../domain/apply-schedules.ts';
import { CONFLICT_POLICIES } from '../../domain/apply-schedules.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatApplied } from '../format/applied-schedules.ts';
import { formatDocument } from '../format/document.ts';
import { choiceOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange, withClient } from '../with-client.ts';

interface DiffFlags extends ConnectionFlags {
  readonly prune?: boolean;
  readonly onConflict?: ConflictPolicy;
  readonly source?: string;
  readonly json?: boolean;
}

interface ApplyFlags extends DiffFlags {
  readonly dryRun?: boolean;
  readonly by?: string;
}

/** `holdfast schedules apply FILE…`: brings the changes of files on record, and keeps edits. */
export function schedulesApplyCommand(terminal: Terminal): Command {
  const command = new Command('apply')
    .summary('bring the changes of files on record and keep what was edited')
    .description(
      'Merges files with the record, field by field: what was changed in the file since it was last ' +
        'applied is taken, what was edited on record is kept. All of it, or nothing.',
    )
    .addOption(new Option('--dry-run', 'only tell what it would do'))
    .option('--by <name>', 'who does it (default: user and host)');
  addMergeOptions(command).addHelpText('after', `${POLICIES}${APPLY_HELP}`);
  return command.action(async (files: string[], flags: ApplyFlags) => {
    const options = pick(flags, 'prune', 'onConflict', 'dryRun', 'by');
    const sources = await readSources(files, flags.source);
    try {
      const applied = await withChange(
        flags,
        terminal,
        ({ schedules }) => schedules.apply(sources, options),
        { what: 'POST /v1/schedules/apply', details: countsOf, targets: changedOf },
      );
      await printApplied(terminal, applied, flags);
    } catch (error) {
      await printConflicts(terminal, error, flags);
      throw error;
    }
  });
}

/** `holdfast schedules diff FILE…`: what an apply would do. */
export function schedulesDiffCommand(terminal: Terminal): Command {
  const command = new Command('diff')
    .summary('show what an apply of files would do')
    .description('Shows what `schedules apply` would do with files, and changes nothing.');
  addMergeOptions(command).addHelpText('after', `${POLICIES}${DIFF_HELP}`);
  return command.action(async (files: string[], flags: DiffFlags) => {
    const sources = await readSources(files, flags.source);
    const diff = await withClient(flags, terminal, ({ schedules }) =>
      schedules.diff(sources, pick(flags, 'prune', 'onConflict')),
    );
    await printApplied(terminal, diff, flags);
  });
}

function addMergeOptions(command: Command): Command {
  command
    .argument('<file...>', 'one schedule, a list, or a list under `schedules`')
    .option('--prune', 'take out what came from these files and is named there no longer')
    .addOption(
      choiceOption('--on-conflict <policy>', 'who wins: see below', CONFLICT_POLICIES).default(
        'fail',
      ),
    )
    .option('--source <name>', 'what the files together are called (default: each its own path)')
    .option('--json', 'print one JSON document');
  addConnectionOptions(command);
  return command;
}

/** Files as sources of schedules, each called by its path or all by one name. */
export async function readSources(
  files: readonly string[],
  source: string | undefined,
): Promise<ScheduleSource[]> {
  const { readScheduleFiles } = await import('../../config/read-schedules.ts');
  const read = await readScheduleFiles(files);
  const all = read.flatMap(({ schedules }) => schedules.map(({ document }) => document));
  if (source !== undefined) return [{ source, schedules: all }];
  return read.map((file) => ({
    source: file.name,
    schedules: file.schedules.map(({ document }) => document),
  }));
}

/** Prints what an apply or a reset did, or would do. */
export async function printApplied(
  terminal: Terminal,
  applied: AppliedSchedules,
  { json }: { readonly json?: boolean },
): Promise<void> {
  await terminal.note(...applied.warnings.map((warning) => `warning: ${warning}`));
  if (json === true) await terminal.print(formatDocument(applied));
  else await terminal.print(...formatApplied(applied));
}

/** What was refused is told like what would be done. */
async function printConflicts(
  terminal: Terminal,
  error: unknown,
  flags: { readonly json?: boolean },
): Promise<void> {
  if (!(error instanceof HoldfastError) || error.code !== 'schedule_conflict') return;
  const schedules = error.details['schedules'] as AppliedSchedules['schedules'];
  await printApplied(terminal, { isApplied: false, schedules, warnings: [] }, flags);
}

const POLICIES = `
A field that file and record have both changed since the file was last applied
is a conflict. --on-conflict says what becomes of it:
  fail    nothing at all is changed (the default)
  ours    the file wins
  theirs  what is on record wins
Pauses are not touched. docs/schedules.md has the rules.
`;

const APPLY_HELP = `
Examples:
  $ holdfast schedules apply schedules.yaml
  $ holdfast schedules apply schedules.yaml --dry-run --prune
  $ holdfast schedules apply schedules/*.yaml --source jobs-repository --prune --on-conflict ours`;

const DIFF_HELP = `
Examples:
  $ holdfast schedules diff schedules.yaml
  $ holdfast schedules diff schedules.yaml --prune --json | jq '.schedules[] | select(.kind == "conflict")'`;
