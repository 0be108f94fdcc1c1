import { writeSync } from 'node:fs';
import type { Terminal } from './terminal.ts';

// The alternate screen, a hidden cursor, and no line that wraps: see `man console_codes`.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** A screen of its own on a terminal, drawn again and again. What was on the terminal comes back. */
export class Screen {
  readonly #terminal: Pick<Terminal, 'print' | 'size'>;
  readonly #leave = (): void => {
    // Whatever ends the process: the shell must get its terminal back.
    writeSync(process.stdout.fd, LEAVE);
  };

  constructor(terminal: Pick<Terminal, 'print' | 'size'>) {
    this.#terminal = terminal;
    process.once('exit', this.#leave);
    writeSync(process.stdout.fd, ENTER);
  }

  /** Draws lines; those that do not fit are counted in the last one. */
  async draw(head: string, lines: readonly string[]): Promise<void> {
    const room = Math.max(1, this.#terminal.size().rows - 4);
    const hidden = lines.length - room;
    const shown = hidden > 0 ? [...lines.slice(0, room - 1), `… ${hidden + 1} more`] : lines;
    const all = [head, '', ...shown].map((line) => `${line}${REST_OF_LINE}`);
    await this.#terminal.print(`${HOME}${all.join('\n')}`, REST_OF_SCREEN);
  }

  close(): void {
    process.off('exit', this.#leave);
    this.#leave();
  }
}
