import type { Command, Option } from 'commander';
import type { HoldfastClient } from '../client/connect.ts';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import type { ConnectionFlags } from './find-connection.ts';
import { formatDocument } from './format/document.ts';
import { durationOption } from './option-values.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import type { Terminal } from './terminal.ts';
import { usageError } from './usage-error.ts';
import { watchList } from './watch-list.ts';
import { withClient } from './with-client.ts';

/** The flags that every list has. */
export interface ListFlags extends ConnectionFlags {
  readonly json?: boolean;
  readonly watch?: Duration | true;
}

/** What a list shows at one moment. */
export interface Listing {
  /** For programs. */
  readonly document: object;
  /** For people: the list, and what is told beside it. */
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

/** What a list is made from: the client, or another connection. */
export type WithConnection<Connected> = <Result>(
  flags: ConnectionFlags,
  terminal: Terminal,
  work: (connected: Connected) => Promise<Result>,
) => Promise<Result>;

/** Adds the options of {@link ListFlags} that are not about connections. */
export function addListOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document; with --watch, one a line')
    .addOption(watchOption());
}

const DEFAULT_MS = 2_000;
const LEAST_MS = 100;

function watchOption(): Option {
  const option = durationOption(
    '--watch [interval]',
    'show it again and again, until Ctrl-C (default interval: 2s)',
  );
  const { parseArg } = option;
  return option.argParser((text: string, before) => {
    const interval = parseArg?.(text, before) as Duration;
    if (parseDuration(interval, '--watch') >= LEAST_MS) return interval;
    throw usageError(`--watch: expected at least ${LEAST_MS}ms, got ${text}`, 'for example 2s');
  });
}

/** Shows a list once, or with `--watch` again and again. */
export function showList(
  terminal: Terminal,
  flags: ListFlags,
  look: (client: HoldfastClient) => Promise<Listing>,
): Promise<void> {
  return showListOf(withClient, terminal, flags, look);
}

/** The same over another connection. */
export async function showListOf<Connected>(
  withConnection: WithConnection<Connected>,
  terminal: Terminal,
  flags: ListFlags,
  look: (connected: Connected) => Promise<Listing>,
): Promise<void> {
  if (flags.watch === undefined) {
    const listing = await withConnection(flags, terminal, look);
    return flags.json === true
      ? terminal.print(formatDocument(listing.document))
      : printListing(terminal, listing);
  }
  const asJson = flags.json === true;
  const everyMs = flags.watch === true ? DEFAULT_MS : parseDuration(flags.watch, '--watch');
  await runUntilStopped(terminal, () => {
    const stop = new AbortController();
    const stopped = withConnection(flags, terminal, (connected) =>
      watchList(terminal, { asJson, everyMs, signal: stop.signal }, () => look(connected)),
    );
    const end = () => {
      stop.abort();
      return stopped;
    };
    return Promise.resolve({ stopped, stop: end });
  });
}

async function printListing(terminal: Terminal, { lines, notes }: Listing): Promise<void> {
  await terminal.print(...lines);
  await terminal.note(...notes);
}
