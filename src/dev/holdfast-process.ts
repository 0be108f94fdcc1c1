import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const STOP_TIMEOUT_MS = 20_000;

/** One line of a process's log. */
export type LogLine = { readonly msg?: string } & Readonly<Record<string, unknown>>;

/** How to start a {@link HoldfastProcess}. */
export interface HoldfastProcessOptions {
  /** The command and its flags, such as `['node', '--pool', 'demo']`. */
  readonly args: readonly string[];
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * A program and its arguments that run the command in their own place, such as
   * `['ip', 'netns', 'exec', 'n1']`.
   */
  readonly wrapper?: readonly string[];
  /** Called with each line that the process logs. */
  readonly onLog?: (line: LogLine) => void;
}

/** A `holdfast` command in an operating system process of its own, tied to this one. */
export class HoldfastProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #last: string[] = [];

  private constructor(child: ChildProcess, onLog: (line: LogLine) => void) {
    this.#child = child;
    this.#exit = once(child, 'exit');
    createInterface({ input: child.stderr! }).on('line', (line) => {
      this.#last.push(line);
      if (this.#last.length > 20) this.#last.shift();
      onLog(parseLine(line));
    });
  }

  /**
   * Starts it in a process group of its own, so that Ctrl-C in a terminal reaches only us, and with
   * a channel by which it notices our end and ends too.
   */
  static start({
    args,
    env = {},
    wrapper = [],
    onLog = () => undefined,
  }: HoldfastProcessOptions): HoldfastProcess {
    const command = [...wrapper, process.execPath, MAIN, ...args, '--log-format', 'json'];
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
      detached: true,
    });
    return new HoldfastProcess(child, onLog);
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** True until it has ended. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its exit code, once it has ended by itself. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** The last lines of its log, for messages. */
  get lastLines(): string {
    return this.#last.join('\n');
  }

  /** Settles when it has ended. */
  async ended(): Promise<void> {
    if (this.isRunning) await this.#exit;
  }

  /** Sends it a signal. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to stop; kills it when it takes too long. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    await this.ended();
    clearTimeout(timer);
  }
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
}
