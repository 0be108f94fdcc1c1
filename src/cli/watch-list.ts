import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../client/within.ts';
import { HoldfastError } from '../domain/errors.ts';
import { formatLength } from '../domain/length.ts';
import { formatDocument } from './format/document.ts';
import { formatTime } from './format/time.ts';
import { oneLine } from './report-error.ts';
import { Screen } from './screen.ts';
import type { Listing } from './show-list.ts';
import type { Terminal } from './terminal.ts';

/** How to watch. */
export interface WatchOptions {
  readonly asJson: boolean;
  readonly everyMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A server that is silent is away. */
const PATIENCE_MS = 10_000;

/**
 * Looks again and again: on a terminal it draws what it sees in place, elsewhere it prints a listing whenever
 * that has changed, one JSON document a line if asked to. A server that goes away is told of and waited for;
 * one that is away from the beginning is an error.
 */
export async function watchList(
  terminal: Terminal,
  options: WatchOptions,
  look: () => Promise<Listing>,
): Promise<void> {
  const { signal, everyMs } = options;
  const aborted = onAbort(signal);
  const lookOnce = () => Promise.race([within(PATIENCE_MS, look()), aborted]);
  let listing = await lookOnce();
  if (listing === undefined) return;
  const isDrawn = terminal.stdoutIsTty && !options.asJson;
  const showing = isDrawn ? drawing(terminal, options) : printing(terminal, options);
  let seenAt = new Date();
  try {
    await showing.show(listing, undefined);
    for (;;) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || terminal.isClosed) return;
      let away: Away | undefined;
      try {
        const next = await lookOnce();
        if (next === undefined) return;
        listing = next;
        seenAt = new Date();
      } catch (error) {
        if (error instanceof HoldfastError && !error.retryable) throw error;
        away = { since: seenAt, why: messageOf(error) };
      }
      await showing.show(listing, away);
    }
  } finally {
    showing.end();
  }
}

/** Since when a server has not answered, and what was heard instead. */
interface Away {
  readonly since: Date;
  readonly why: string;
}

interface Showing {
  show(listing: Listing, away: Away | undefined): Promise<void>;
  end(): void;
}

function drawing(terminal: Terminal, { everyMs }: WatchOptions): Showing {
  const screen = new Screen(terminal);
  return {
    show: ({ lines, notes }, away) => {
      const head = `${formatTime(new Date())}, every ${formatLength(everyMs)}, Ctrl-C ends it`;
      const state = away === undefined ? head : awayText(away);
      return screen.draw(state, [
        ...lines,
        ...(lines.length > 0 && notes.length > 0 ? [''] : []),
        ...notes,
      ]);
    },
    end: () => screen.close(),
  };
}

function printing(terminal: Terminal, { asJson }: WatchOptions): Showing {
  let shown: string | undefined;
  let awayShown: Away | undefined;
  return {
    async show(listing, away) {
      if (away !== undefined && awayShown === undefined) await terminal.note(awayText(away));
      if (away === undefined && awayShown !== undefined) {
        const length = formatLength(Date.now() - awayShown.since.getTime());
        await terminal.note(`back after ${length}`);
      }
      awayShown = away;
      const document = formatDocument(listing.document);
      if (document === shown) return;
      shown = document;
      if (asJson) return terminal.print(document);
      const { lines, notes } = listing;
      await terminal.print(`${formatTime(new Date())}:`, ...lines, ...notes, '');
    },
    end: () => undefined,
  };
}

function awayText({ since, why }: Away): string {
  return `no answer since ${formatTime(since)}, trying again: ${why}`;
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** Comes to undefined when the signal comes. */
function onAbort(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
