import type { Readable, Writable } from 'node:stream';

/** All that a command touches of its process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** How much fits on it now. */
  readonly size: () => { readonly rows: number; readonly columns: number };
  /** True when nobody reads standard output any more, as behind `| head`. */
  readonly isClosed: boolean;
  /** Writes lines to standard output: what the command was asked for. */
  readonly print: (...lines: readonly string[]) => Promise<void>;
  /** Writes lines to standard error: all else. */
  readonly note: (...lines: readonly string[]) => Promise<void>;
  /** On a terminal, keeps a line below all others until it is another one, or none. Elsewhere it does nothing. */
  readonly status: (line: string | undefined) => void;
  /** No colours from now on. */
  readonly dropColour: () => void;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
}

/** The terminal of this process. */
export function processTerminal(exitNow: (code: number) => void): Terminal {
  const status = new StatusLine(process.stderr);
  const stdout = new LineWriter(process.stdout, status);
  const stderr = new LineWriter(process.stderr, status);
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdoutIsTty: process.stdout.isTTY,
    stderrIsTty: process.stderr.isTTY,
    size: () => sizeOf(process.stdout),
    get isClosed() {
      return stdout.isClosed;
    },
    print: (...lines) => stdout.write(lines),
    note: (...lines) => stderr.write(lines),
    status: (line) => status.show(line),
    dropColour: () => {
      process.env['NO_COLOR'] = '1';
    },
    exitNow,
  };
}

type Output = Writable & {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
};

/** A terminal that does not tell its size, or says nothing with 0, has that of the first ones. */
function sizeOf({ rows = 0, columns = 0 }: Output): { rows: number; columns: number } {
  return { rows: rows === 0 ? 24 : rows, columns: columns === 0 ? 80 : columns };
}

const ERASE_LINE = '\r\u001b[K';

/** The line below all others on a terminal. */
class StatusLine {
  #line: string | undefined;
  readonly #stream: Output;

  constructor(stream: Output) {
    this.#stream = stream;
  }

  show(line: string | undefined): void {
    if (this.#stream.isTTY !== true || (line === undefined && this.#line === undefined)) return;
    this.#line = line;
    // One that is as wide as the terminal would wrap, and could not be erased.
    const text = line?.slice(0, sizeOf(this.#stream).columns - 1) ?? '';
    this.#stream.write(`${ERASE_LINE}${text}`);
  }

  /** Takes the line away, until it is put back. */
  lift(): () => void {
    const line = this.#line;
    if (line === undefined) return () => undefined;
    this.show(undefined);
    return () => this.show(line);
  }
}

/** Writes lines to a stream and waits until they are out. A reader that went away is no error. */
class LineWriter {
  isClosed = false;
  readonly #stream: Output;
  readonly #status: StatusLine;

  constructor(stream: Output, status: StatusLine) {
    this.#stream = stream;
    this.#status = status;
    stream.on('error', () => {
      this.isClosed = true;
    });
  }

  async write(lines: readonly string[]): Promise<void> {
    if (this.isClosed || lines.length === 0) return;
    const text = lines.map((line) => `${line}\n`).join('');
    // Only what is shown on a terminal runs into the line there.
    const putBack = this.#stream.isTTY === true ? this.#status.lift() : () => undefined;
    // The callback's error is the one that the listener above has heard.
    const written = new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
    putBack();
    await written;
  }
}
