import { Command } from 'commander';
import type { SessionOptions } from '../../client/session-rules.ts';
import type { Duration } from '../../domain/duration.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { durationOption } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';
import { withChange } from '../with-client.ts';

interface CreateFlags extends ConnectionFlags {
  readonly skipAfter?: Duration;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `holdfast sessions create ID`: a session with rules of its own. */
export function sessionsCreateCommand(terminal: Terminal): Command {
  const command = new Command('create')
    .summary('create a session with rules of its own')
    .description(
      'Create a session with rules of its own, before its first job. Without, the first submit ' +
        'creates one that waits for every index and runs its jobs in parallel.',
    )
    .argument('<id>', 'the id of the session')
    .addOption(
      durationOption(
        '--skip-after <time>',
        'pass over an index that others have waited for so long (default: never)',
      ),
    )
    .option('--strict', 'start an index only when the one before it is closed')
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action(async (id: string, flags: CreateFlags) => {
    const rules = optionsOf(flags);
    const session = await withChange(
      flags,
      terminal,
      ({ sessions }) => sessions.create(id, rules),
      { what: 'POST /v1/sessions', target: id, details: () => ({ ...rules }) },
    );
    await terminal.print(flags.json === true ? formatDocument(session) : session.id);
  });
}

function optionsOf({ skipAfter, strict }: CreateFlags): SessionOptions {
  return {
    ...(skipAfter === undefined ? {} : { gap: { skipAfter } }),
    ...(strict === true ? { concurrency: 1 } : {}),
  };
}

const HELP = `
It may be repeated with the same rules; they cannot be changed.

Examples:
  $ holdfast sessions create s1 --skip-after 5s
  $ holdfast sessions create s2 --strict`;
