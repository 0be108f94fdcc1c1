import { Command } from 'commander';
import type { Cancelled } from '../../client/cancel-job.ts';
import type { Duration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { durationOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface CancelFlags extends ConnectionFlags {
  readonly wait?: boolean;
  readonly waitTimeout: Duration;
  readonly json?: boolean;
}

const DEFAULT_WAIT = '30s';

/** `holdfast jobs cancel ID`: asks for the end of a job. */
export function jobsCancelCommand(terminal: Terminal): Command {
  const command = new Command('cancel')
    .summary('ask for the end of a job')
    .description(
      'Ask for the end of a job. It closes as cancelled when its handler has ended, unless that ' +
        'returns a result all the same. A job that is closed stays as it is.',
    )
    .argument('<id>', 'the id of the job')
    .option('--wait', 'wait until it is closed, and tell what keeps it')
    .addOption(
      durationOption('--wait-timeout <time>', 'wait no longer than this')
        .default(DEFAULT_WAIT)
        .implies({ wait: true }),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: CancelFlags) => {
    const { wait, waitTimeout } = flags;
    const cancelled = await withChange(
      flags,
      terminal,
      ({ jobs }) => jobs.cancel(id, wait === true ? { wait: waitTimeout } : {}),
      {
        what: 'POST /v1/jobs/{id}/cancel',
        target: id,
        details: (asked) => pick(asked, 'requested', 'state'),
      },
    );
    if (flags.json === true) return terminal.print(formatDocument({ id, ...cancelled }));
    await terminal.print(told(id, cancelled));
    const { stillRunning } = cancelled;
    if (wait === true && stillRunning !== undefined) {
      await terminal.note(`attempt ${stillRunning.epoch} still runs: ${stillRunning.why}`);
    }
  });
}

function told(id: string, { requested, state }: Cancelled): string {
  if (!requested) return `job ${id} is closed already; nothing was changed`;
  return state === 'open' ? `asked job ${id} to end` : `job ${id} has ended: ${state}`;
}

const HELP = `
Examples:
  $ holdfast jobs cancel utt-42
  $ holdfast jobs cancel utt-42 --wait
  $ holdfast jobs cancel utt-42 --wait-timeout 2m --json`;
