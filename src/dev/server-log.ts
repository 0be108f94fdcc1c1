import { open, rename, stat } from 'node:fs/promises';

/** A log over this size is moved aside (to `….old`) at the next start. */
const MAX_LOG_BYTES = 16_000_000;
const SHOWN_LINES = 15;
const SHOWN_BYTES = 8000;

/** The log file of one server, written to by the server itself, over several starts of it. */
export class ServerLog {
  readonly path: string;
  readonly #from: number;

  private constructor(path: string, from: number) {
    this.path = path;
    this.#from = from;
  }

  /** The log at a path, from now on. An overlong one is moved aside. */
  static async at(path: string): Promise<ServerLog> {
    const size = await sizeOf(path);
    if (size <= MAX_LOG_BYTES) return new ServerLog(path, size);
    await rename(path, `${path}.old`);
    return new ServerLog(path, 0);
  }

  /** The last lines since then, as the tail of an error message; names the file in any case. */
  async end(): Promise<string> {
    const size = await sizeOf(this.path);
    const from = Math.max(this.#from, size - SHOWN_BYTES);
    const lines = (await readFrom(this.path, from, size - from)).trimEnd().split('\n');
    const text = lines.slice(-SHOWN_LINES).join('\n  ');
    return text === '' ? `\n(nothing in ${this.path})` : `\n  ${text}\n(from ${this.path})`;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

async function readFrom(path: string, from: number, length: number): Promise<string> {
  if (length <= 0) return '';
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
