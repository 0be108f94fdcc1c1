import { describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../dist/dev/process-alive.js';
import { startTethered, type Tethered } from '../../dist/dev/tethered.js';
import { eventually } from '../support/eventually.ts';
import { afterwards, builtModule, Program } from './support.ts';

const STAY = ['-e', "console.log('here'); setInterval(() => {}, 1000)"];
const DEAF = [
  '-e',
  "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)",
];

async function start(args: readonly string[]): Promise<Tethered> {
  const child = await startTethered({ command: process.execPath, args });
  afterwards(() => child.stop(0));
  return child;
}

describe('a tethered command', () => {
  it('ends when its parent is killed', async () => {
    const parent = new Program(
      'tethered-parent.mjs',
      builtModule('tethered.js'),
      process.execPath,
      ...STAY,
    );
    const pid = Number(await parent.says());
    expect(isProcessAlive(pid)).toBe(true);
    await parent.kill();
    await eventually(() => !isProcessAlive(pid));
  });

  it('ends by force when its parent is killed and it does not listen', async () => {
    const parent = new Program(
      'tethered-parent.mjs',
      builtModule('tethered.js'),
      process.execPath,
      ...DEAF,
    );
    const pid = Number(await parent.says());
    await parent.kill();
    await eventually(() => !isProcessAlive(pid));
  });

  it('ends when it is stopped, and stopping again has no effect', async () => {
    const child = await start(STAY);
    await child.stop();
    expect(isProcessAlive(child.pid)).toBe(false);
    expect(await child.exited).toBe('exit code 143');
    await child.stop();
  });

  it('is killed when it does not end within the grace', async () => {
    const child = await start(DEAF);
    for await (const chunk of child.output[0]!) if (String(chunk).includes('deaf')) break;
    await child.stop(50);
    expect(await child.exited).toBe('exit code 137');
  });

  it('passes its exit code on', async () => {
    const child = await start(['-e', 'process.exitCode = 42']);
    expect(await child.exited).toBe('exit code 42');
  });

  it('ends when its tether is killed', async () => {
    const child = await start(['-e', 'console.log(process.ppid); setInterval(() => {}, 1000)']);
    for await (const chunk of child.output[0]!) {
      process.kill(Number(String(chunk)), 'SIGKILL');
      break;
    }
    await eventually(() => !isProcessAlive(child.pid));
  });

  it('that does not exist is an error', async () => {
    const starting = startTethered({ command: '/nonexistent/command', args: [] });
    await expect(starting).rejects.toThrow('ENOENT');
  });
});
