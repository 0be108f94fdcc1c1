import { Command } from 'commander';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { PLAN_HISTORY_STATES } from '../../domain/schedule.ts';
import { formatPlans, formatPreview } from '../format/schedule.ts';
import { choiceOption, countOption, timeOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { HistoryOptions } from '../../client/schedules/plan-history.ts';
import type { PreviewOptions } from '../../client/schedules/preview.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type HistoryFlags = HistoryOptions & ConnectionFlags & { readonly json?: boolean };

/** `holdfast schedules history NAME`: what became of its plans. */
export function schedulesHistoryCommand(terminal: Terminal): Command {
  const command = new Command('history')
    .summary('show what became of its times')
    .description('Shows what became of the times of a schedule, the newest first.')
    .argument('<name>', 'the name of the schedule')
    .option('--scope <scope>', 'only this scope')
    .addOption(choiceOption('--state <state>', 'only these', PLAN_HISTORY_STATES))
    .addOption(timeOption('--since <time>', 'only times from then on'))
    .addOption(timeOption('--until <time>', 'only times up to then'))
    .addOption(countOption('--limit <count>', 'plans at most, up to 1000', 1).default(50))
    .option('--cursor <cursor>', 'go on where the page before ended')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((name: string, flags: HistoryFlags) => history(terminal, name, flags));
}

async function history(terminal: Terminal, name: string, flags: HistoryFlags): Promise<void> {
  const options = pick(flags, 'scope', 'state', 'since', 'until', 'limit', 'cursor');
  const page = await withClient(flags, terminal, ({ schedules }) =>
    schedules.history(name, options),
  );
  if (flags.json === true) return terminal.print(formatDocument(page));
  if (page.plans.length === 0) return terminal.note('no such plans');
  await terminal.print(...formatPlans(page.plans));
  if (page.cursor !== undefined) {
    await terminal.note(`more follow: give the same options and --cursor ${page.cursor}`);
  }
}

type PreviewFlags = PreviewOptions & ConnectionFlags & { readonly json?: boolean };

/** `holdfast schedules preview NAME`: its times to come. */
export function schedulesPreviewCommand(terminal: Terminal): Command {
  const command = new Command('preview')
    .summary('show the times to come')
    .description(
      "Shows the times of a schedule with its zone's offset, and where the clocks change.",
    )
    .argument('<name>', 'the name of the schedule')
    .addOption(timeOption('--from <time>', 'the first (default: now)'))
    .addOption(timeOption('--to <time>', 'the last (default: as many as --limit)'))
    .addOption(countOption('--limit <count>', 'times at most', 1).default(20))
    .option('--json', 'print one JSON document')
    .addHelpText('after', PREVIEW_HELP);
  addConnectionOptions(command);
  return command.action(async (name: string, flags: PreviewFlags) => {
    const options = pick(flags, 'from', 'to', 'limit');
    const times = await withClient(flags, terminal, ({ schedules }) =>
      schedules.preview(name, options),
    );
    if (flags.json === true) return terminal.print(formatDocument({ times }));
    if (times.length === 0) return terminal.note('no such times');
    await terminal.print(...formatPreview(times));
  });
}

const HELP = `
A plan is PLANNED until its job is open, then RUNNING, SUCCESS or FAILED;
SKIPPED ones have a reason. Skipped times in a row are one line.

Examples:
  $ holdfast schedules history nightly --state FAILED
  $ holdfast schedules history nightly --since 2026-06-01T00:00:00Z --json`;

const PREVIEW_HELP = `
Examples:
  $ holdfast schedules preview nightly
  $ holdfast schedules preview nightly --from 2026-10-24T00:00:00Z --to 2026-10-27T00:00:00Z`;
