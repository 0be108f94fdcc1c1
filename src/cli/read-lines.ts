import type { Readable } from 'node:stream';

/** Characters of a line at most; a document of a planner has a few hundred. */
export const LINE_LIMIT = 1_000_000;

/**
 * The lines of a stream as they come, without their ends; undefined stands for one that is longer
 * than {@link LINE_LIMIT}, of which no more than that is ever held.
 */
export async function* readLines(stream: Readable): AsyncGenerator<string | undefined> {
  let line = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const [rest = '', ...next] = chunk.split('\n');
    line = joined(line, rest);
    for (const start of next) {
      yield whole(line);
      line = joined('', start);
    }
  }
  if (line !== '') yield whole(line);
}

function joined(line: string, rest: string): string {
  return line.length > LINE_LIMIT ? line : line + rest;
}

function whole(line: string): string | undefined {
  if (line.length > LINE_LIMIT) return undefined;
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
