import { Command } from 'commander';
import { readLines } from '../read-lines.ts';
import type { Terminal } from '../terminal.ts';

/** `holdfast schedules plan`: what the planner decides, a document a line; it needs no server. */
export function schedulesPlanCommand(terminal: Terminal): Command {
  return new Command('plan')
    .summary('tell what a tick would decide')
    .description(
      'Reads JSON documents from standard input, one a line, and prints for each what a tick of ' +
        'that schedule would decide, one a line and in the same order. It needs no server.',
    )
    .addHelpText('after', HELP)
    .action(() => answerAll(terminal));
}

async function answerAll(terminal: Terminal): Promise<void> {
  const { answerPlan } = await import('../answer-plan.ts');
  if (terminal.stdin.isTTY === true) {
    await terminal.note('reading documents from the terminal, one a line; end them with Ctrl-D');
  }
  let number = 0;
  for await (const line of readLines(terminal.stdin)) {
    if (terminal.isClosed) return;
    await terminal.print(answerPlan(line, ++number));
  }
}

const HELP = `
A document has the fields spec, now, decidedThrough and latest; spec has every
or cron, timezone, delay, catchUp, window, maxPlansPerTick, dst and compat.
A line that is wrong is answered with its error, and the next one is read.
docs/schedules.md has the rules.

Examples:
  $ echo '{"spec":{"every":"5m"},"now":"2026-06-03T12:02:00Z"}' | holdfast schedules plan
  $ holdfast schedules plan < requests.jsonl > decisions.jsonl`;
