import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isProcessAlive } from '../../dist/dev/process-alive.js';
import { runHoldfast } from './run-holdfast.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ANY_PORTS = ['--temporal-port', '0', '--ui-port', '0', '--postgres-port', '0'];

describe.runIf(process.env['HOLDFAST_TEST_STACK'] === 'postgres')('holdfast stack', () => {
  test('says where the servers are, is found by other commands, and ends with a signal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-stack-'));
    // As root, PostgreSQL runs under an account that must get through it.
    await chmod(folder, 0o755);
    const args = [MAIN, 'stack', ...ANY_PORTS, '--json', '--log-level', 'warn'];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const ended = once(child, 'exit');
      const lines = createInterface(child.stdout);
      const [line] = (await Promise.race([once(lines, 'line'), ended])) as unknown[];
      const said = JSON.parse(String(line)) as { pid: number; temporal: object; webUi: string };
      expect(said).toMatchObject({ pid: child.pid, temporal: { namespace: 'default' } });
      expect((await fetch(said.webUi)).status).toBe(200);
      const data = join(folder, '.holdfast');
      expect(JSON.parse(await readFile(join(data, 'dev.json'), 'utf8'))).toEqual(said);
      // It got as far as the ledger, which no orchestrator has made yet.
      const { stderr } = await runHoldfast(['jobs', 'show', 'any'], { cwd: folder });
      expect(stderr).toContain('start an orchestrator of this version once');

      const lock = JSON.parse(await readFile(join(data, 'lock'), 'utf8')) as { children: number[] };
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      expect(lock.children.filter(isProcessAlive)).toEqual([]);
      await expect(readFile(join(data, 'dev.json'))).rejects.toThrow('ENOENT');
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
