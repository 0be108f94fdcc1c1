import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { blocksOf, fileOf } from './markdown-blocks.ts';
import { Reader } from './reader.ts';

const TSC =
  'node node_modules/typescript/bin/tsc --ignoreConfig --noEmit --allowImportingTsExtensions ' +
  '--strict --module nodenext --target es2023 --types node --skipLibCheck';

test.each(['README.md', 'docs/operations.md'])('the TypeScript of %s compiles', async (page) => {
  const reader = await Reader.start();
  try {
    const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
    const blocks = blocksOf(text).filter(({ language }) => language === 'ts');
    const names = blocks.map((block) => fileOf(block) ?? `line-${block.line}.ts`);
    for (const [at, name] of names.entries()) await reader.write(name, blocks[at]!.text);
    const { exitCode, output } = await reader.run(`${TSC} ${names.join(' ')}`);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: '' });
  } finally {
    await reader.stop();
  }
});
