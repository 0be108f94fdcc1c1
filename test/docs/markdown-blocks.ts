/** A block of code of a page. */
export interface Block {
  /** The line of the page that it begins at. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language, such as `exit=4` or `not-run="it asks for Docker"`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly text: string;
}

const FENCE = /^```(\w+)(.*)\n([^]*?)\n```$/gm;
const TAG = / ([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g;

/** The blocks of code of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(FENCE)].map(
    ({ index, 1: language = '', 2: info = '', 3: text = '' }) => ({
      line: page.slice(0, index).split('\n').length,
      language,
      tags: Object.fromEntries(
        [...info.matchAll(TAG)].map(([, name = '', quoted, bare]): [string, string] => [
          name,
          quoted ?? bare ?? '',
        ]),
      ),
      text,
    }),
  );
}

/** The file that a block is to be written to: its first line is a comment that begins with the name. */
export function fileOf({ text }: Block): string | undefined {
  return /^(?:\/\/|#) ([\w-]+\.\w+)(?=[\s,:]|$)/.exec(text)?.[1];
}
