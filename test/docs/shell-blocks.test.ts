import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPostgres } from '../../dist/dev/stack/find-postgres.js';
import { eventually } from '../support/eventually.ts';
import type { Block } from './markdown-blocks.ts';
import { blocksOf, fileOf } from './markdown-blocks.ts';
import { Reader } from './reader.ts';
import { saidIn } from './said-in.ts';

const MINUTES = 60_000;

const hasPostgres = await findPostgres().then(
  () => true,
  () => false,
);

/** Pages whose shell blocks are run from top to bottom, and whether this machine can. */
const PAGES = [
  ['README.md', true],
  ['docs/operations.md', hasPostgres],
] as const;

/**
 * What a shell block is to a reader, its tags say. One with `background="…"` goes on, and is ready when it has
 * printed that. It ends with 0, or with `exit=4`; it is run again `until="…"` is printed. Before it, all that
 * goes on `stops`. `instead="…"` is run here in its place, and `not-run="…"` says why nothing is. A block of text
 * with the tag `output` is what the one before it prints.
 */
describe.concurrent.each(PAGES)('%s', (page, canRun) => {
  const file = new URL(`../../${page}`, import.meta.url);
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.start();
  });
  afterAll(() => reader.stop(), 2 * MINUTES);

  test.runIf(canRun)('does what it says', { timeout: 20 * MINUTES }, async () => {
    let printed = '';
    for (const block of blocksOf(await readFile(file, 'utf8'))) {
      printed = await follow(reader, page, block, printed);
    }
  });
});

/** Does what a block says and answers what was printed last. */
async function follow(
  reader: Reader,
  page: string,
  block: Block,
  printed: string,
): Promise<string> {
  const { line, language, tags, text } = block;
  const name = fileOf(block);
  if (name !== undefined) await reader.write(name, text);
  if (language === 'text' && 'output' in tags) {
    expect(saidIn(printed, text), `${page}:${line}: not printed`).toEqual([]);
  }
  if (language !== 'sh' || 'not-run' in tags) return printed;
  if ('stops' in tags) await reader.stopAll();
  const commands = tags['instead'] ?? text;
  const { background, until } = tags;
  if (background !== undefined) {
    await reader.leaveRunning(commands, background);
    return '';
  }
  if (until !== undefined) {
    let output = '';
    const isSaid = async () => {
      ({ output } = await reader.run(commands));
      return output.includes(until);
    };
    await eventually(isSaid, 6 * MINUTES).catch(() => undefined);
    expect(output, `${page}:${line}`).toContain(until);
    return output;
  }
  const { exitCode, output } = await reader.run(commands);
  expect(exitCode, `${page}:${line}\n${commands}\n${output}`).toBe(Number(tags['exit'] ?? 0));
  return output;
}
