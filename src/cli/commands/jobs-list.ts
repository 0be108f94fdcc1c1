import { Command, Option } from 'commander';
import type { ListOptions } from '../../client/list-jobs.ts';
import { JOB_STATES } from '../../domain/job.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatJobList } from '../format/job-list.ts';
import { formatPendingList } from '../format/pending-list.ts';
import { choiceOption, countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { ListFlags } from '../show-list.ts';
import { addListOptions, showList } from '../show-list.ts';
import type { Terminal } from '../terminal.ts';

type JobsFlags = ListOptions & ListFlags & { readonly pending?: boolean };

/** `holdfast jobs list`: jobs by filter, newest first. */
export function jobsListCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('list jobs, newest first')
    .description('List jobs, newest first.')
    .addOption(choiceOption('--state <state>', 'only jobs in this state', JOB_STATES))
    .option('--kind <kind>', 'only jobs of this kind')
    .option('--pool <pool>', 'only jobs of this pool')
    .option('--session <id>', 'only jobs of this session')
    .addOption(
      new Option(
        '--pending',
        'open jobs that do not run: what they wait for, longest first',
      ).conflicts(['state', 'kind', 'session', 'cursor']),
    )
    .addOption(countOption('--limit <count>', 'jobs at most, up to 1000', 1).default(50))
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addHelpText('after', HELP);
  addListOptions(command);
  addConnectionOptions(command);
  return command.action((flags: JobsFlags) =>
    flags.pending === true ? listPending(terminal, flags) : list(terminal, flags),
  );
}

function list(terminal: Terminal, flags: JobsFlags): Promise<void> {
  const options = pick(flags, 'state', 'kind', 'pool', 'session', 'limit', 'cursor');
  return showList(terminal, flags, async ({ jobs }) => {
    const page = await jobs.list(options);
    const { cursor } = page;
    const more = `more follow: give the same options and --cursor ${cursor}`;
    return {
      document: page,
      lines: page.jobs.length === 0 ? [] : formatJobList(page.jobs, new Date()),
      notes: page.jobs.length === 0 ? ['no such jobs'] : cursor === undefined ? [] : [more],
    };
  });
}

function listPending(terminal: Terminal, flags: JobsFlags): Promise<void> {
  return showList(terminal, flags, async ({ jobs }) => {
    const page = await jobs.pending(pick(flags, 'pool', 'limit'));
    const isNone = page.jobs.length === 0;
    return {
      document: page,
      lines: isNone ? [] : formatPendingList(page.jobs, new Date()),
      notes: [
        ...(isNone ? ['no job waits'] : []),
        ...(page.hasMore ? ['more jobs are open: give a larger --limit'] : []),
      ],
    };
  });
}

const HELP = `
Examples:
  $ holdfast jobs list --state failed --kind transcribe
  $ holdfast jobs list --session s1 --limit 1000 --json
  $ holdfast jobs list --pending --pool gpu
  $ holdfast jobs list --state open --watch`;
