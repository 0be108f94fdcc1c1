import { Command } from 'commander';
import type { SessionsClient } from '../../client/sessions.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatSessionItem } from '../format/session-item.ts';
import { countOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { Running } from '../run-until-stopped.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';

type TailFlags = ConnectionFlags & { readonly after?: number; readonly json?: boolean };

/** `holdfast sessions tail ID`: what a session releases, as it comes, until its end. */
export function sessionsTailCommand(terminal: Terminal): Command {
  const command = new Command('tail')
    .summary('print what a session releases, as it comes')
    .description(
      'Print what a session releases, in the order of the indexes, as it comes. It ends when the ' +
        'session does, and goes on over restarts of PostgreSQL.',
    )
    .argument('<id>', 'the id of the session')
    .addOption(countOption('--after <index>', 'only what comes after this index', -1))
    .option('--json', 'print one JSON document for each index, each on a line')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((id: string, flags: TailFlags) =>
    runUntilStopped(terminal, () => Promise.resolve(startTail(terminal, id, flags))),
  );
}

function startTail(terminal: Terminal, id: string, flags: TailFlags): Running {
  const stop = new AbortController();
  const stopped = withClient(flags, terminal, ({ sessions }) =>
    tail(sessions, terminal, id, flags, stop.signal),
  );
  return {
    stopped,
    stop: () => {
      stop.abort();
      return stopped;
    },
  };
}

async function tail(
  sessions: SessionsClient,
  terminal: Terminal,
  id: string,
  flags: TailFlags,
  signal: AbortSignal,
): Promise<void> {
  const format = flags.json === true ? formatDocument : formatSessionItem;
  try {
    for await (const item of sessions.results(id, { ...pick(flags, 'after'), signal })) {
      await terminal.print(format(item));
      if (terminal.isClosed) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const HELP = `
Ctrl-C ends it; go on later with --after set to the last index that you have
seen. The exit code is 0 either way.

Examples:
  $ holdfast sessions tail s1
  $ holdfast sessions tail s1 --after 41 --json`;
