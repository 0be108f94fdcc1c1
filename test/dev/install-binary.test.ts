import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installBinary, isExecutable } from '../../dist/dev/install-binary.js';
import { builtModule, Program, temporaryFolder } from './support.ts';

describe('installing a binary', () => {
  it('puts it in place, executable, and leaves nothing else', async () => {
    const bin = await temporaryFolder();
    const target = join(bin, 'thing-1.0', 'server');
    await installBinary(target, (folder) => writeFile(join(folder, 'server'), 'all of it'));
    expect(await readFile(target, 'utf8')).toBe('all of it');
    expect(await isExecutable(target)).toBe(true);
    expect(await readdir(bin)).toEqual(['thing-1.0']);
  });

  it('leaves nothing when making it fails', async () => {
    const bin = await temporaryFolder();
    const installing = installBinary(join(bin, 'thing-1.0', 'server'), async (folder) => {
      await writeFile(join(folder, 'server'), 'half');
      throw new Error('no more disk');
    });
    await expect(installing).rejects.toThrow('no more disk');
    expect(await readdir(bin)).toEqual([]);
  });

  it('keeps the old one when making a new one fails', async () => {
    const target = join(await temporaryFolder(), 'thing-1.0', 'server');
    await installBinary(target, (folder) => writeFile(join(folder, 'server'), 'old'));
    await expect(installBinary(target, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await readFile(target, 'utf8')).toBe('old');
  });

  it('gives a whole one when several processes install at once', async () => {
    const bin = await temporaryFolder();
    const target = join(bin, 'thing-1.0', 'server');
    const make = (folder: string): Promise<void> =>
      writeFile(join(folder, 'server'), 'x'.repeat(1_000_000));
    await Promise.all([1, 2, 3, 4].map(() => installBinary(target, make)));
    expect(await readFile(target, 'utf8')).toHaveLength(1_000_000);
    expect(await readdir(bin)).toEqual(['thing-1.0']);
  });

  it('leaves no half of it when the process is killed, and the next one cleans up', async () => {
    const bin = await temporaryFolder();
    const target = join(bin, 'thing-1.0', 'server');
    const program = new Program('install-parent.mjs', builtModule('install-binary.js'), target);
    expect(await program.says()).toBe('half');
    await installBinary(join(bin, 'other-1.0', 'server'), (folder) =>
      writeFile(join(folder, 'server'), ''),
    );
    expect(await readdir(bin), 'a build that goes on is left alone').toHaveLength(2);
    await program.kill();
    expect(await isExecutable(target)).toBe(false);
    await installBinary(target, (folder) => writeFile(join(folder, 'server'), 'whole'));
    expect((await readdir(bin)).sort()).toEqual(['other-1.0', 'thing-1.0']);
  });

  it('leaves foreign folders alone', async () => {
    const bin = await temporaryFolder();
    await mkdir(join(bin, 'temporal-cli'));
    await installBinary(join(bin, 'a', 'b'), (folder) => writeFile(join(folder, 'b'), ''));
    expect((await readdir(bin)).sort()).toEqual(['a', 'temporal-cli']);
  });
});
