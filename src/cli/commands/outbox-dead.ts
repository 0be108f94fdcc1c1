import { Command } from 'commander';
import type { DeadOptions, OutboxClient } from '../../client/outbox.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { pick } from '../pick.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';
import { withChange } from '../with-client.ts';

interface DeadFlags extends ConnectionFlags {
  readonly all?: boolean;
  readonly kind?: string;
  readonly json?: boolean;
}

const OPERATIONS = {
  retry: 'POST /v1/outbox/{id}/retry',
  drop: 'DELETE /v1/outbox/{id}',
} as const;

type Treated = Awaited<ReturnType<OutboxClient['retry']>>;

/** `holdfast outbox retry`: dead rows are due again. */
export function outboxRetryCommand(terminal: Terminal): Command {
  const command = new Command('retry')
    .summary('try dead jobs of the outbox again')
    .description('Try dead jobs of the outbox again, once what was wrong is mended.')
    .addHelpText('after', RETRY_HELP);
  return deadCommand(terminal, command, 'retry', 'due again');
}

/** `holdfast outbox drop`: dead rows go. */
export function outboxDropCommand(terminal: Terminal): Command {
  const command = new Command('drop')
    .summary('drop dead jobs of the outbox: they never run')
    .description('Drop dead jobs of the outbox: they never run. Jobs that wait are left alone.')
    .addHelpText('after', DROP_HELP);
  return deadCommand(terminal, command, 'drop', 'dropped');
}

function deadCommand(
  terminal: Terminal,
  command: Command,
  verb: 'retry' | 'drop',
  done: string,
): Command {
  command
    .argument('[ids...]', 'the ids of the jobs')
    .option('--all', 'all dead ones')
    .option('--kind <kind>', 'of these only those of a kind')
    .option('--json', 'print one JSON document');
  addConnectionOptions(command);
  return command.action(async (ids: string[], flags: DeadFlags) => {
    const which = whichOf(ids, flags, verb);
    const rows = await withChange(
      flags,
      terminal,
      async ({ outbox }) => checkFound(ids, await outbox[verb](which)),
      {
        what: OPERATIONS[verb],
        target: ids.length === 1 ? ids[0] : undefined,
        details: (treated) => ({ ...pick(flags, 'kind'), rows: treated.length }),
        targets: (treated) => treated.map(({ id }) => id),
      },
    );
    if (flags.json === true) return terminal.print(formatDocument({ rows }));
    if (rows.length === 0) return terminal.note('no such dead rows');
    await terminal.print(...rows.map(({ id }) => `job ${id} is ${done}`));
  });
}

function whichOf(ids: readonly string[], flags: DeadFlags, verb: string): DeadOptions {
  const isAll = flags.all === true;
  if (isAll === ids.length > 0) {
    const got = isAll ? 'both' : 'nothing';
    throw usageError(
      `outbox ${verb}: expected ids of jobs, or --all, got ${got}`,
      'see `holdfast outbox list --dead`',
    );
  }
  return { ...(isAll ? {} : { ids }), ...pick(flags, 'kind') };
}

function checkFound(ids: readonly string[], rows: Treated): Treated {
  const missing = ids.filter((wanted) => !rows.some(({ id }) => id === wanted));
  if (missing.length === 0) return rows;
  const message = `no dead row of the outbox is of job ${missing.join(', ')}`;
  throw new HoldfastError('job_not_found', message, {
    hint: 'see `holdfast outbox list --dead`; the others were dealt with',
    details: { missing, targets: rows.map(({ id }) => id) },
  });
}

const RETRY_HELP = `
Examples:
  $ holdfast outbox retry utt-42 utt-43
  $ holdfast outbox retry --all --kind transcribe`;

const DROP_HELP = `
Examples:
  $ holdfast outbox drop utt-42
  $ holdfast outbox drop --all`;
