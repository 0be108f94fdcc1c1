import { formatProgress } from './format/progress.ts';
import type { Terminal } from './terminal.ts';

/** How far some work is. */
export interface ProgressState {
  /** How much of it is done, from 0 to 1; undefined: nobody knows how much there is. */
  readonly share?: number | undefined;
  /** What there is to say of it, in a few words. */
  readonly text: string;
}

/** Shows how far some work is, until it is ended. */
export interface Progress {
  show(state: ProgressState): void;
  end(): void;
}

/** How to show it. */
export interface ProgressOptions {
  /** There is none for programs. */
  readonly asJson: boolean;
  /** How often a line is written where there is no terminal; 0: each time. @default 5 s */
  readonly noteEachMs?: number;
}

const DRAW_EACH_MS = 100;
const NOTE_EACH_MS = 5_000;

/**
 * Progress for people: a bar on a terminal's standard error; elsewhere a line each 5 s, so that nothing that
 * is over sooner says anything. With `--json` there is none.
 */
export function startProgress(
  terminal: Pick<Terminal, 'note' | 'status' | 'stderrIsTty'>,
  { asJson, noteEachMs = NOTE_EACH_MS }: ProgressOptions,
): Progress {
  if (asJson) return { show: () => undefined, end: () => undefined };
  const { stderrIsTty } = terminal;
  const eachMs = stderrIsTty ? DRAW_EACH_MS : noteEachMs;
  let shownAt = performance.now() - (stderrIsTty ? eachMs : 0);
  return {
    show(state) {
      const now = performance.now();
      if (now - shownAt < eachMs) return;
      shownAt = now;
      if (stderrIsTty) terminal.status(formatProgress(state));
      else void terminal.note(state.text);
    },
    end: () => terminal.status(undefined),
  };
}
