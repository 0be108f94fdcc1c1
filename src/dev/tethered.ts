import { spawn, type ChildProcess } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { whenExited } from './exit.ts';
import type { TetherNews } from './tether.ts';

/** As long as the tether itself waits when its parent has died. */
const GRACE_MS = 5000;

/** What to run, and where its output goes. */
export interface TetheredOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The file that both output streams are appended to; without it they can be read (`output`). */
  readonly logFile?: string;
}

/** A running command that ends when this process does, however that happens. */
export interface Tethered {
  /** Process id of the command itself. */
  readonly pid: number;
  /** Both output streams in one, when no log file was given. */
  readonly output: readonly Readable[];
  /** Settles when the command has ended; says how, in words. */
  readonly exited: Promise<string>;
  /** Sends a signal to the command. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
  /** Ends the command: SIGTERM, after the grace (default 5 s) SIGKILL. Repeating it has no effect. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a command behind a {@link module:dev/tether}, in a process group of its own: Ctrl-C in a
 * terminal reaches only the main process, which then stops things in order.
 *
 * @throws Error when the command cannot be started
 */
export async function startTethered(options: TetheredOptions): Promise<Tethered> {
  const log = options.logFile === undefined ? undefined : await open(options.logFile, 'a');
  const tether = spawnTether(options, log);
  const exited = whenExited(tether);
  await log?.close();
  const pid = await commandPid(tether, exited);
  let ended = false;
  void exited.then(() => {
    ended = true;
    // A tether that was itself killed has not ended its command.
    if (tether.signalCode !== null) signalIfAlive(pid, 'SIGKILL');
  });
  const kill = (signal: 'SIGKILL' | 'SIGTERM'): void => {
    // By then the process id may be another's.
    if (!ended) signalIfAlive(pid, signal);
  };
  return {
    pid,
    output: [tether.stdout, tether.stderr].filter((stream) => stream !== null),
    exited,
    kill,
    stop: async (graceMs = GRACE_MS) => {
      kill('SIGTERM');
      const force = setTimeout(() => kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(force);
    },
  };
}

function spawnTether(options: TetheredOptions, log: FileHandle | undefined): ChildProcess {
  const program = fileURLToPath(new URL('./tether.js', import.meta.url));
  const output = log?.fd ?? 'pipe';
  return spawn(process.execPath, [program, options.command, ...options.args], {
    detached: true,
    windowsHide: true,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', output, output, 'ipc'],
  });
}

async function commandPid(tether: ChildProcess, exited: Promise<string>): Promise<number> {
  const news = await new Promise<TetherNews>((resolve) => {
    tether.once('message', (message: TetherNews) => resolve(message));
    void exited.then((how) => resolve({ failed: `the tether ended: ${how}` }));
  });
  if ('pid' in news) return news.pid;
  throw new Error(news.failed);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
