import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (let clean = cleanups.pop(); clean; clean = cleanups.pop()) await clean();
});

/** Runs after the test, last one first, whatever its outcome. */
export function afterwards(clean: () => unknown): void {
  cleanups.push(clean);
}

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-dev-'));
  afterwards(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The address of a built module of `src/dev`, for a program that is to import it. */
export function builtModule(name: string): string {
  return new URL(`../../dist/dev/${name}`, import.meta.url).href;
}

/** A program of `programs/`, running, with what it says line by line. Killed after the test. */
export class Program {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, ...args: string[]) {
    const path = fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
    this.process = spawn(process.execPath, [path, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.process.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
    afterwards(() => this.kill());
  }

  /** The next line that it prints. */
  async says(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the program ended without a word');
    return line.value;
  }

  /** Kills it at once, as the kernel would. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
