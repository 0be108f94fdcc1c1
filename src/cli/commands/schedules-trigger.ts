import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatIsoTime } from '../../domain/iso-time.ts';
import { timeOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import { startProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface TriggerFlags extends ConnectionFlags {
  readonly scope?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** `holdfast schedules trigger NAME`: runs it now. */
export function schedulesTriggerCommand(terminal: Terminal): Command {
  const command = new Command('trigger')
    .summary('run it now')
    .description('Runs a schedule now, also while it is paused, and prints the ids of the jobs.')
    .argument('<name>', 'the name of the schedule')
    .option('--scope <scope>', 'only this scope (default: all that it lists)')
    .option('--key <key>', 'sent again, a key runs nothing, and prints the ids of the first time')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: TriggerFlags) => {
    const plans = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.trigger(name, pick(flags, 'scope', 'key')),
      {
        what: 'POST /v1/schedules/{name}/trigger',
        target: name,
        details: (added) => ({ ...pick(flags, 'scope'), plans: added.length }),
      },
    );
    const texts = plans.map(({ time, ...plan }) => ({ ...plan, time: formatIsoTime(time) }));
    if (flags.json === true) return terminal.print(formatDocument({ plans: texts }));
    await terminal.print(...plans.map(({ jobId }) => jobId));
  });
}

interface BackfillFlags extends ConnectionFlags {
  readonly from: Date;
  readonly to: Date;
  readonly scope?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `holdfast schedules backfill NAME`: runs times of the past that never ran. */
export function schedulesBackfillCommand(terminal: Terminal): Command {
  const command = new Command('backfill')
    .summary('run times of the past that never ran')
    .description(
      'Runs times of the past that never ran, skipped ones too, and prints the ids of their jobs. ' +
        'What runs or has run is left alone; with --force what has ended runs again.',
    )
    .argument('<name>', 'the name of the schedule')
    .addOption(timeOption('--from <time>', 'the first time').makeOptionMandatory())
    .addOption(timeOption('--to <time>', 'the last time').makeOptionMandatory())
    .option('--scope <scope>', 'only this scope (default: all that it lists)')
    .option('--dry-run', 'only tell what would run')
    .option('--force', 'run again what has ended, as its next generation')
    .option('--json', 'print one JSON document')
    .addHelpText('after', BACKFILL_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: BackfillFlags) => {
    const progress = startProgress(terminal, { asJson: flags.json === true });
    const plans = await withChange(
      flags,
      terminal,
      ({ schedules }) =>
        schedules.backfill(name, {
          ...pick(flags, 'from', 'to', 'scope', 'dryRun', 'force'),
          onProgress: (done, of) =>
            progress.show({ share: done / of, text: `${done} of ${of} runs are on their way` }),
        }),
      {
        what: 'POST /v1/schedules/{name}/backfill',
        target: name,
        details: (added) => ({
          ...pick(flags, 'from', 'to', 'scope', 'force'),
          plans: added.length,
        }),
      },
    ).finally(() => progress.end());
    if (flags.json === true) return terminal.print(formatDocument({ plans }));
    if (plans.length === 0) return terminal.note('nothing is missing');
    await terminal.print(...plans.map(({ jobId }) => jobId));
  });
}

interface RetryFlags extends ConnectionFlags {
  readonly time: Date;
  readonly scope?: string;
  readonly json?: boolean;
}

/** `holdfast schedules retry NAME`: runs a failed plan again. */
export function schedulesRetryCommand(terminal: Terminal): Command {
  const command = new Command('retry')
    .summary('run a failed plan again')
    .description('Runs a failed plan again, as the next generation of its job.')
    .argument('<name>', 'the name of the schedule')
    .addOption(timeOption('--time <time>', 'the time of the plan').makeOptionMandatory())
    .option('--scope <scope>', 'its scope (default: default)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', RETRY_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: RetryFlags) => {
    const started = await withChange(
      flags,
      terminal,
      ({ schedules }) => schedules.retry(name, pick(flags, 'time', 'scope')),
      {
        what: 'POST /v1/schedules/{name}/retry',
        target: name,
        details: (retried) => ({
          ...pick(flags, 'time', 'scope'),
          generation: retried.generation,
        }),
      },
    );
    const { jobId, generation } = started;
    const text = `job ${jobId} runs again as generation ${generation}`;
    await terminal.print(flags.json === true ? formatDocument(started) : text);
  });
}

const HELP = `
Examples:
  $ holdfast schedules trigger nightly
  $ holdfast schedules trigger nightly --scope eu --json`;

const BACKFILL_HELP = `
Examples:
  $ holdfast schedules backfill nightly --from 2026-06-01T00:00:00Z --to 2026-06-03T00:00:00Z --dry-run
  $ holdfast schedules backfill nightly --from 2026-06-01T00:00:00Z --to 2026-06-03T00:00:00Z --force`;

const RETRY_HELP = `
Examples:
  $ holdfast schedules retry nightly --time 2026-06-03T02:00:00Z --scope eu`;
