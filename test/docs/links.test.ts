import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { anchor } from '../../scripts/reference/markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const found = await Promise.all(
  ['.', 'docs', 'docs/reference', 'examples'].map(async (folder) =>
    (await readdir(join(ROOT, folder)))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
);

test.each(found.flat())('every link of %s leads somewhere', async (page) => {
  const text = await readFile(join(ROOT, page), 'utf8');
  const dead: string[] = [];
  for (const [, target] of withoutCode(text).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
    if (!(await leadsSomewhere(page, target!))) dead.push(target!);
  }
  expect(dead).toEqual([]);
});

async function leadsSomewhere(page: string, target: string): Promise<boolean> {
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  const isThere = await stat(join(ROOT, file)).then(
    () => true,
    () => false,
  );
  if (!isThere || fragment === undefined) return isThere;
  const text = withoutCode(await readFile(join(ROOT, file), 'utf8'));
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchor(heading!));
  return headings.includes(fragment);
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '');
}
