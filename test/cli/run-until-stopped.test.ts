import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runUntilStopped } from '../../dist/cli/run-until-stopped.js';
import { eventually } from '../support/eventually.ts';

const PROGRAM = fileURLToPath(new URL('./fixtures/run-until-stopped.mjs', import.meta.url));
const NEVER_MS = 1_000_000;

class Program {
  output = '';
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.exited = once(child, 'exit');
    child.stdout?.on('data', (chunk) => (this.output += String(chunk)));
  }

  async said(word: string): Promise<void> {
    await eventually(() => this.output.includes(word));
  }
}

function start(stopMs: number, startMs = 0): Program {
  const args = [PROGRAM, String(stopMs), String(startMs)];
  return new Program(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops it in order, with exit code 0',
  async (signal) => {
    const program = start(10);
    await program.said('started');
    program.child.kill(signal);
    expect(await program.exited).toEqual([0, null]);
    expect(program.output).toContain('stopped');
  },
);

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second signal ends it at once: %s with %i', async (signal, exitCode) => {
  const program = start(NEVER_MS);
  await program.said('started');
  program.child.kill('SIGTERM');
  await program.said('stopping');
  // A signal that comes too soon is taken for an echo, so ask until it counts.
  await eventually(() => program.child.exitCode !== null || void program.child.kill(signal));
  expect(await program.exited).toEqual([exitCode, null]);
});

test('a Ctrl-C that npm passes on a second time is one Ctrl-C', async () => {
  const program = start(500);
  await program.said('started');
  program.child.kill('SIGINT');
  program.child.kill('SIGINT');
  expect(await program.exited).toEqual([0, null]);
  expect(program.output).toContain('stopped');
});

test('a signal during the start stops it when it has started', async () => {
  const program = start(10, 300);
  await program.said('listening');
  program.child.kill('SIGTERM');
  expect(await program.exited).toEqual([0, null]);
  expect(program.output).toContain('stopped');
});

test('it ends when the parent that holds a channel to it is gone', async () => {
  const child = fork(PROGRAM, [String(NEVER_MS), '0'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const program = new Program(child);
  await program.said('started');
  child.disconnect();
  expect(await program.exited).toEqual([129, null]);
});

test('it rejects with what the start or the run failed with, and stops after a failed run', async () => {
  const terminal = { exitNow: () => undefined };
  const failed = Promise.reject(new Error('no such server'));
  await expect(runUntilStopped(terminal, () => failed)).rejects.toThrow('no such server');
  let stops = 0;
  const run = runUntilStopped(terminal, () =>
    Promise.resolve({
      stopped: Promise.reject(new Error('worker died')),
      stop: () => Promise.resolve(void stops++),
    }),
  );
  await expect(run).rejects.toThrow('worker died');
  expect(stops).toBe(1);
});
