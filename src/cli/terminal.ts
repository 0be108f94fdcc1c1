import type { Readable, Writable } from 'node:stream';

/** All that a command touches of its process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderrIsTty: boolean;
  /** True when nobody reads standard output any more, as behind `| head`. */
  readonly isClosed: boolean;
  /** Writes lines to standard output: what the command was asked for. */
  readonly print: (...lines: readonly string[]) => Promise<void>;
  /** Writes lines to standard error: all else. */
  readonly note: (...lines: readonly string[]) => Promise<void>;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
}

/** The terminal of this process. */
export function processTerminal(exitNow: (code: number) => void): Terminal {
  const stdout = new LineWriter(process.stdout);
  const stderr = new LineWriter(process.stderr);
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stderrIsTty: process.stderr.isTTY,
    get isClosed() {
      return stdout.isClosed;
    },
    print: (...lines) => stdout.write(lines),
    note: (...lines) => stderr.write(lines),
    exitNow,
  };
}

/** Writes lines to a stream and waits until they are out. A reader that went away is no error. */
class LineWriter {
  isClosed = false;
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', () => {
      this.isClosed = true;
    });
  }

  write(lines: readonly string[]): Promise<void> {
    if (this.isClosed || lines.length === 0) return Promise.resolve();
    const text = lines.map((line) => `${line}\n`).join('');
    // The callback's error is the one that the listener above has heard.
    return new Promise((resolve) => this.#stream.write(text, () => resolve()));
  }
}
