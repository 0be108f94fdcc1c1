import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What a clone has after `npm ci`, as far as its pages ask for it. */
const CLONED = ['package.json', 'tsconfig.json', 'dist', 'migrations', 'examples', 'deploy'];
const LIMIT_MS = 360_000;

/** When this process is killed, the other end of a pipe is closed: then all of the shell's group ends. */
const TIE = '(read -r _ <&3; kill -INT 0) </dev/null >/dev/null 2>&1 & exec 3<&-';

// A variable that is undefined is not passed on.
const NO_SERVERS = {
  TEMPORAL_ADDRESS: undefined,
  TEMPORAL_NAMESPACE: undefined,
  DATABASE_URL: undefined,
};

/** What became of the commands of a block. */
export interface Ended {
  readonly exitCode: number | null;
  /** Of both streams. */
  readonly output: string;
}

/** Does what a page says, in a clone of its own with a shell that keeps what is exported. */
export class Reader {
  readonly folder: string;
  readonly #left: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<Reader> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-reader-')));
    // As root, PostgreSQL runs under an account that must get through it.
    await chmod(folder, 0o755);
    for (const name of CLONED) {
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    // The command is on the PATH where the package is installed for all.
    await mkdir(join(folder, 'bin'));
    const main = join(folder, 'dist/cli/main.js');
    await writeFile(join(folder, 'bin/holdfast'), `#!/bin/sh\nexec node ${main} "$@"\n`, {
      mode: 0o755,
    });
    await writeFile(join(folder, '.exported'), '');
    return new Reader(folder);
  }

  /** Writes a file that the page shows. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), `${text}\n`);
  }

  /** Runs the commands of a block to their end. */
  async run(commands: string): Promise<Ended> {
    const { child, output } = this.#spawn(`${commands}\nexport -p > .exported`);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output: output() };
  }

  /** Starts what goes on, and waits until it says that it is ready. */
  async leaveRunning(commands: string, ready: string): Promise<void> {
    const { child, output } = this.#spawn(commands);
    this.#left.push({ child, ended: once(child, 'close') });
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`${commands} ended:\n${output()}`);
      return output().includes(ready);
    }, LIMIT_MS);
  }

  /** Ends what goes on as Ctrl-C does, the last first. */
  async stopAll(): Promise<void> {
    for (const { child, ended } of this.#left.splice(0).reverse()) {
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGINT');
      await ended;
    }
  }

  /** Ends what goes on, and takes the clone away. */
  async stop(): Promise<void> {
    await this.stopAll();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(commands: string): { readonly child: ChildProcess; readonly output: () => string } {
    const script = `${TIE}\n. ./.exported\n${commands}`;
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: this.folder,
      env: {
        ...process.env,
        ...NO_SERVERS,
        PATH: `${this.folder}/bin:${process.env['PATH']}`,
        // `npx` of a clone's own command leaves a link in its cache.
        npm_config_cache: `${this.folder}/.npm`,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own, which is what Ctrl-C ends.
      detached: true,
    });
    child.once('exit', () => child.stdio[3]?.destroy());
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    return { child, output: () => said };
  }
}
