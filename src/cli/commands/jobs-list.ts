import { Command, Option } from 'commander';
import type { ListOptions } from '../../client/list-jobs.ts';
import { JOB_STATES } from '../../domain/job.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatJobList } from '../format/job-list.ts';
import { formatPendingList } from '../format/pending-list.ts';
import { choiceOption, countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type ListFlags = ListOptions &
  ConnectionFlags & { readonly json?: boolean; readonly pending?: boolean };

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
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: ListFlags) =>
    flags.pending === true ? listPending(terminal, flags) : list(terminal, flags),
  );
}

async function list(terminal: Terminal, flags: ListFlags): Promise<void> {
  const options = pick(flags, 'state', 'kind', 'pool', 'session', 'limit', 'cursor');
  const page = await withClient(flags, terminal, ({ jobs }) => jobs.list(options));
  if (flags.json === true) return terminal.print(formatDocument(page));
  if (page.jobs.length === 0) return terminal.note('no such jobs');
  await terminal.print(...formatJobList(page.jobs, new Date()));
  if (page.cursor !== undefined) {
    await terminal.note(`more follow: give the same options and --cursor ${page.cursor}`);
  }
}

async function listPending(terminal: Terminal, flags: ListFlags): Promise<void> {
  const page = await withClient(flags, terminal, ({ jobs }) =>
    jobs.pending(pick(flags, 'pool', 'limit')),
  );
  if (flags.json === true) return terminal.print(formatDocument(page));
  if (page.jobs.length === 0) await terminal.note('no job waits');
  else await terminal.print(...formatPendingList(page.jobs, new Date()));
  if (page.hasMore) await terminal.note('more jobs are open: give a larger --limit');
}

const HELP = `
Examples:
  $ holdfast jobs list --state failed --kind transcribe
  $ holdfast jobs list --session s1 --limit 1000 --json
  $ holdfast jobs list --pending --pool gpu`;
