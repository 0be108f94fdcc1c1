import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ManyItem } from '../client/submit-many.ts';
import { HoldfastError, invalid, show } from '../domain/errors.ts';
import type { Terminal } from './terminal.ts';

/** What a line may have: the options of a submit, as they are in JavaScript. */
const FIELDS = [
  'id',
  'input',
  'pool',
  'session',
  'dedupe',
  'horizon',
  'timeout',
  'heartbeat',
  'failover',
  'retry',
  'pin',
  'labels',
  'preferLabels',
  'placement',
  'pending',
  'reconcile',
  'resources',
  'concurrency',
  'rate',
  'priority',
  'fairnessKey',
  'slots',
  'deadline',
] as const;

/** One line of a file of jobs: an item, or why it is none. Lines count from 1. */
export type SubmitLine = {
  readonly line: number;
  /** How much of the file has been read, from 0 to 1; undefined for what is no file. */
  readonly share: number | undefined;
} & ({ readonly item: ManyItem } | { readonly error: HoldfastError });

/** The jobs of a file, or of standard input for `-`, one JSON object a line; empty lines count for nothing. */
export async function* readSubmitLines(
  path: string,
  terminal: Pick<Terminal, 'stdin'>,
): AsyncGenerator<SubmitLine, void, undefined> {
  const { stream, size } =
    path === '-' ? { stream: terminal.stdin, size: undefined } : await openFile(path);
  let line = 0;
  let read = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      line++;
      read += Buffer.byteLength(text) + 1;
      const share = size === undefined ? undefined : read / size;
      if (text.trim() !== '')
        yield { line, share, ...parseLine(text.replace(/^\uFEFF/, ''), line) };
    }
  } finally {
    stream.destroy();
  }
}

function parseLine(
  text: string,
  line: number,
): { readonly item: ManyItem } | { readonly error: HoldfastError } {
  const place = `line ${line}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: invalid(place, 'one JSON object', text) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { error: invalid(place, 'one JSON object', value) };
  }
  const unknown = Object.keys(value).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (unknown === undefined) return { item: value as ManyItem };
  const message = `${place}: expected fields of ${FIELDS.join(', ')}, got ${show(unknown)}`;
  return { error: new HoldfastError('invalid_input', message, { details: { line } }) };
}

async function openFile(
  path: string,
): Promise<{ readonly stream: Readable; readonly size: number | undefined }> {
  const stream = createReadStream(path, 'utf8');
  try {
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    const { size, isFile } = await stat(path).then((found) => ({
      size: found.size,
      isFile: found.isFile(),
    }));
    return { stream, size: isFile && size > 0 ? size : undefined };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'which does not exist' : `which does not open (${code})`;
    throw new HoldfastError(
      'invalid_input',
      `--many: expected a file that can be read, got ${path}, ${why}`,
      { hint: 'the path is from the current folder', cause: error },
    );
  }
}
