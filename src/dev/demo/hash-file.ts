import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { defineJob } from '../../handlers/define-job.ts';

const COMMONEST = 10;

/** What the demo's job finds out of a file. */
export interface FileDigest {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  /** The ten commonest words, the commonest first; equals in alphabetical order. */
  readonly words: readonly (readonly [word: string, count: number])[];
}

/** The demo's job: streams a file and returns its digest. */
export const hashFile = defineJob({
  kind: 'hash-file',
  pool: 'demo',
  input: z.object({ path: z.string().min(1) }),
  async run({ path }, ctx): Promise<FileDigest> {
    const hash = createHash('sha256');
    const counter = new WordCounter();
    let bytes = 0;
    for await (const chunk of createReadStream(path, { signal: ctx.signal })) {
      const buffer = chunk as Buffer;
      hash.update(buffer);
      counter.add(buffer);
      bytes += buffer.length;
      ctx.progress({ bytes });
    }
    return { sha256: hash.digest('hex'), bytes, ...counter.end() };
  },
});

/** Counts lines and words over chunks; a word may lie across two of them. */
class WordCounter {
  readonly #counts = new Map<string, number>();
  readonly #decoder = new TextDecoder();
  #lines = 0;
  #rest = '';

  add(chunk: Buffer): void {
    for (const byte of chunk) if (byte === 0x0a) this.#lines++;
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true });
    const cut = lastWordStart(text);
    this.#rest = text.slice(cut);
    this.#count(text.slice(0, cut));
  }

  end(): Pick<FileDigest, 'lines' | 'words'> {
    this.#count(this.#rest + this.#decoder.decode());
    const words = [...this.#counts]
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, COMMONEST);
    return { lines: this.#lines, words };
  }

  #count(text: string): void {
    for (const [word] of text.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) {
      this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    }
  }
}

function lastWordStart(text: string): number {
  let start = text.length;
  while (start > 0 && /[\p{L}\p{N}_]/u.test(text[start - 1]!)) start--;
  return start;
}
