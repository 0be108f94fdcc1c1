import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatLateFile } from '../../../src/workers/node/late-file.ts';
import type { LateSpool } from '../../../src/workers/node/late-spool.ts';
import { lateOf, newFolder, spoolIn } from './late-results.ts';

/** The jobs whose results are in a spool, oldest first, taken out. */
async function drain(spool: LateSpool): Promise<string[]> {
  const jobs: string[] = [];
  for (let entry = spool.oldest; entry !== undefined; entry = spool.oldest) {
    jobs.push((await spool.read(entry)).late.job);
    await spool.remove(entry);
  }
  return jobs;
}

async function keepAll(spool: LateSpool, ...jobs: string[]): Promise<number> {
  let dropped = 0;
  for (const job of jobs) dropped += (await spool.keep(lateOf(job))).dropped;
  return dropped;
}

describe('a spool', () => {
  test('gives back what it was given, oldest first', async () => {
    const spool = spoolIn(await newFolder());
    await spool.open();
    const kept = lateOf('a', { text: 'ü', list: [null, 1.5] });
    expect(await spool.keep(kept)).toEqual({ dropped: 0 });
    expect(await spool.read(spool.oldest!)).toEqual(kept);
    await keepAll(spool, 'b', 'c');
    expect(await drain(spool)).toEqual(['a', 'b', 'c']);
  });

  test('keeps a result without a token', async () => {
    const spool = spoolIn(await newFolder());
    await spool.open();
    const { workflowId, late } = lateOf('a');
    await spool.keep({ workflowId, late: { ...late, token: undefined } });
    expect(await spool.read(spool.oldest!)).toEqual({
      workflowId,
      late: { ...late, token: undefined },
    });
  });

  test('holds it for the next process, in the same order and before what comes then', async () => {
    const folder = await newFolder();
    const first = spoolIn(folder);
    await first.open();
    await keepAll(first, 'a', 'b');
    const second = spoolIn(folder);
    await second.open();
    await keepAll(second, 'c');
    expect(await drain(second)).toEqual(['a', 'b', 'c']);
  });

  test('leaves nothing on disk of what was taken out', async () => {
    const folder = await newFolder();
    const spool = spoolIn(folder);
    await spool.open();
    await keepAll(spool, 'a');
    expect(await readdir(folder)).toHaveLength(1);
    await drain(spool);
    expect(await readdir(folder)).toEqual([]);
    await spool.close();
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('lets nobody else read the results', async () => {
    const folder = await newFolder();
    const spool = spoolIn(folder);
    await spool.open();
    await keepAll(spool, 'a');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(spool.oldest!.file!)).mode & 0o777).toBe(0o600);
  });
});

describe('a spool over its bounds', () => {
  test('drops the oldest by count, and says how many', async () => {
    const folder = await newFolder();
    const spool = spoolIn(folder, { maxCount: 2 });
    await spool.open();
    expect(await keepAll(spool, 'a', 'b', 'c', 'd')).toBe(2);
    expect(await readdir(folder)).toHaveLength(2);
    expect(await drain(spool)).toEqual(['c', 'd']);
  });

  test('drops the oldest by bytes', async () => {
    const bytes = Buffer.byteLength(formatLateFile(lateOf('a')));
    const spool = spoolIn(await newFolder(), { maxBytes: 2 * bytes });
    await spool.open();
    expect(await keepAll(spool, 'a', 'b')).toBe(0);
    expect(await keepAll(spool, 'c')).toBe(1);
    expect(await drain(spool)).toEqual(['b', 'c']);
  });

  test('keeps the newest, however large', async () => {
    const spool = spoolIn(await newFolder(), { maxBytes: 10 });
    await spool.open();
    expect(await keepAll(spool, 'a', 'b')).toBe(1);
    expect(await drain(spool)).toEqual(['b']);
  });

  test('drops what an earlier process left, too', async () => {
    const folder = await newFolder();
    const first = spoolIn(folder);
    await first.open();
    await keepAll(first, 'a', 'b', 'c');
    const second = spoolIn(folder, { maxCount: 2 });
    await second.open();
    expect(await keepAll(second, 'd')).toBe(2);
    expect(await drain(second)).toEqual(['c', 'd']);
  });
});

describe('a spool with a broken file', () => {
  const half = formatLateFile(lateOf('a')).slice(0, -9);
  test.each(['', half, 'null', '{"format":2}', '{"format":1,"workflowId":"job/a","late":{}}'])(
    'does not take it for a result: %j',
    async (text) => {
      const folder = await newFolder();
      await mkdir(folder);
      await writeFile(join(folder, '000000000007-00.json'), text);
      const spool = spoolIn(folder);
      await spool.open();
      await keepAll(spool, 'b');
      await expect(spool.read(spool.oldest!)).rejects.toThrow();
      await spool.setAside(spool.oldest!, 'unreadable');
      expect(await readdir(join(folder, 'unreadable'))).toEqual(['000000000007-00.json']);
      expect(await drain(spool)).toEqual(['b']);
    },
  );

  test('takes no notice of other files, and clears away only old drafts', async () => {
    const folder = await newFolder();
    await mkdir(folder);
    const [old, fresh] = ['000000000001-0a.json.tmp', '000000000002-0a.json.tmp'] as const;
    for (const name of [old, fresh, 'notes.txt']) await writeFile(join(folder, name), '');
    await utimes(join(folder, old), 0, 0);
    await utimes(join(folder, 'notes.txt'), 0, 0);
    const spool = spoolIn(folder);
    await spool.open();
    expect(spool.count).toBe(0);
    expect(await readdir(folder)).toEqual([fresh, 'notes.txt']);
  });
});

test('a spool that cannot write holds results in memory, within its bounds', async () => {
  const folder = await newFolder();
  await writeFile(folder, 'a file where the folder should be');
  expect(dirname(folder)).not.toBe(folder);
  const spool = spoolIn(folder, { maxCount: 2 });
  await expect(spool.open()).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(await spool.keep(lateOf('a'))).toMatchObject({ dropped: 0, error: { code: 'EEXIST' } });
  expect(await keepAll(spool, 'b', 'c')).toBe(1);
  expect(await drain(spool)).toEqual(['b', 'c']);
});
