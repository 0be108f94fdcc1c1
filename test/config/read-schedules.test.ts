import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { configuredSchedules } from '../../src/config/read-schedules.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

let root: string;
beforeEach(async () => void (root = await temporaryFolder()));

async function write(name: string, text: string): Promise<string> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const schedule = (name: string) => `name: ${name}\nkind: k\npool: p\nevery: 1h\n`;
const inline = (name: string) => `{name: ${name}, kind: k, pool: p, every: 1h}`;

test('a configuration has schedules inline, by path and by glob, from its own folder', async () => {
  await write('schedules/b.yaml', schedule('b'));
  await write('schedules/a.yaml', `- ${inline('a1')}\n- ${inline('a2')}\n`);
  await write(
    'schedules/deep/c.json',
    JSON.stringify({ name: 'c', kind: 'k', pool: 'p', every: '1h' }),
  );
  await write('other.yaml', schedule('other'));
  const file = await write(
    'holdfast.yaml',
    `log: {level: info}\nschedules:\n  - ${inline('own')}\n  - other.yaml\n  - schedules/**/*.{yaml,json}\n`,
  );
  const read = await configuredSchedules(file);
  expect(read.map(({ document }) => document.name)).toEqual(['own', 'other', 'a1', 'a2', 'b', 'c']);
  expect(read[0]?.place).toBe(`${file}, line 3`);
  expect(read[3]?.place).toBe(`${join(root, 'schedules/a.yaml')}, line 2`);
});

test('one path may stand alone, and there may be none', async () => {
  await write('all.yaml', schedule('one'));
  expect(await configuredSchedules(await write('a.yaml', 'schedules: all.yaml\n'))).toHaveLength(1);
  for (const text of ['', 'schedules:\n', 'schedules: []\n', 'log: {level: info}\n']) {
    expect(await configuredSchedules(await write('b.yaml', text))).toEqual([]);
  }
  expect(await configuredSchedules(undefined)).toEqual([]);
});

test.each([
  ['schedules: [gone.yaml]\n', /expected a file that can be read, got ".*gone\.yaml"/],
  [
    'schedules: ["none/*.yaml"]\n',
    /holdfast\.yaml, line 1: expected a path or a glob of some files/,
  ],
  ['schedules:\n  - holdfast.yaml\n', /line 2: expected a file that does not name itself/],
  [
    'schedules:\n  - {name: x, kind: k, pool: p, every: 1h}\n  - {name: x, kind: k, pool: p, every: 1h}\n',
    /line 3: name: expected a name that .*line 2 has not/,
  ],
  ['schedules:\n  - name: x\n    kind: k\n    pool: p\n    evry: 1h\n', /line 5: evry/],
  [
    'schedules:\n  - name: x\n    kind: k\n    pool: p\n    cron: 0 0 31 2 *\n',
    /line 5: cron: expected/,
  ],
])('%j is refused', async (text, message) => {
  const file = await write('holdfast.yaml', text);
  await expect(configuredSchedules(file)).rejects.toThrow(message);
});
