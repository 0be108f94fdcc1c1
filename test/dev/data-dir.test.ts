import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockDataDir } from '../../dist/dev/data-dir.js';
import { isPidLock, takePidLock } from '../../dist/dev/pid-lock.js';
import { isProcessAlive } from '../../dist/dev/process-alive.js';
import { builtModule, Program, temporaryFolder } from './support.ts';

describe('the lock of a data folder', () => {
  it('refuses a second owner and names the first', async () => {
    const dataDir = await temporaryFolder();
    const program = new Program('lock-parent.mjs', builtModule('data-dir.js'), dataDir);
    const child = Number(await program.says());
    const message = `${dataDir} is in use by process ${program.process.pid}`;
    await expect(lockDataDir(dataDir)).rejects.toThrow(message);
    await expect(lockDataDir(dataDir)).rejects.toMatchObject({
      code: 'embedded_failed',
      hint: expect.stringContaining(join(dataDir, 'lock')) as string,
    });
    process.kill(child, 'SIGKILL');
  });

  it('of a killed owner is taken over once its servers are gone too', async () => {
    const dataDir = await temporaryFolder();
    const program = new Program('lock-parent.mjs', builtModule('data-dir.js'), dataDir);
    const child = Number(await program.says());
    await program.kill();
    const locking = lockDataDir(dataDir);
    expect(await takePidLock(join(dataDir, 'lock'))).toMatchObject({
      pid: program.process.pid,
      alive: false,
      children: [child],
    });
    process.kill(child, 'SIGKILL');
    const lock = await locking;
    expect(isProcessAlive(child)).toBe(false);
    await lock.release();
  });

  it('makes the folder, and can be taken again after its release', async () => {
    const dataDir = join(await temporaryFolder(), 'a', 'b');
    await (await lockDataDir(dataDir)).release();
    const lock = await lockDataDir(dataDir);
    expect(await readFile(join(dataDir, 'lock'), 'utf8')).toContain(`"pid":${process.pid}`);
    await lock.release();
  });

  it.each(['', '{"pid":', 'x'])('that says %j is nobody’s', async (text) => {
    const dataDir = await temporaryFolder();
    await writeFile(join(dataDir, 'lock'), text);
    await (await lockDataDir(dataDir)).release();
  });

  it('goes to exactly one of many that find a stale one at once', async () => {
    const file = join(await temporaryFolder(), 'lock');
    // More than the largest process id of Linux.
    await writeFile(file, JSON.stringify({ pid: 2 ** 30, children: [] }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => takePidLock(file)));
    expect(answers.filter(isPidLock)).toHaveLength(1);
  });
});
