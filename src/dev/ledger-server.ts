import { fork, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../domain/errors.ts';
import { whenExited } from './exit.ts';
import type { LedgerAnswer, LedgerRequest } from './ledger-process.ts';
import { ServerLog } from './server-log.ts';

/** The first start on a slow machine creates a database (3 s on 2 cores). */
const START_LIMIT_MS = 60_000;
/** Closing writes a checkpoint. */
const STOP_LIMIT_MS = 10_000;

/** Options of {@link LedgerServer.start}. */
export interface LedgerServerOptions {
  /** Where `ledger/` (PGlite's files) and `ledger.log` go. */
  readonly dataDir: string;
  readonly port: number;
  /** Keep the database in memory: it ends with the process. */
  readonly ephemeral: boolean;
  /** Called when the process ends without having been asked to. */
  readonly onLost: (message: string) => void;
}

/** PGlite in a child process, served to PostgreSQL clients on a port of the loopback interface. */
export class LedgerServer {
  readonly databaseUrl: string;
  readonly #child: ChildProcess;
  readonly #log: ServerLog;
  readonly #exited: Promise<string>;
  #stopping = false;

  private constructor(child: ChildProcess, log: ServerLog, options: LedgerServerOptions) {
    this.#child = child;
    this.#log = log;
    this.databaseUrl = `postgres://postgres:postgres@127.0.0.1:${options.port}/postgres`;
    this.#exited = whenExited(child);
    void this.#exited.then((how) => {
      if (!this.#stopping) options.onLost(`the embedded ledger ended by itself (${how})`);
    });
  }

  /**
   * Starts the process and waits until it accepts connections.
   *
   * @throws HoldfastError `embedded_failed` with the end of the log when it does not start
   */
  static async start(options: LedgerServerOptions): Promise<LedgerServer> {
    const log = await ServerLog.at(join(options.dataDir, 'ledger.log'));
    const file = await open(log.path, 'a');
    const child = fork(
      fileURLToPath(new URL('./ledger-process.js', import.meta.url)),
      [String(options.port), ...(options.ephemeral ? [] : [join(options.dataDir, 'ledger')])],
      { detached: true, execArgv: [], stdio: ['ignore', file.fd, file.fd, 'ipc'] },
    );
    await file.close();
    const server = new LedgerServer(child, log, options);
    try {
      await server.#answered('ready', START_LIMIT_MS);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Closes the port and cuts off all clients; the database stays up behind it. */
  async close(): Promise<void> {
    await this.#ask('close');
  }

  /** Accepts clients again, on the same port and data. */
  async open(): Promise<void> {
    await this.#ask('open');
  }

  /** Closes the database and ends the process; after 10 s by force. Repeating it has no effect. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.connected) this.#child.disconnect();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#exited;
    clearTimeout(force);
  }

  async #ask(request: LedgerRequest): Promise<void> {
    const answered = this.#answered(request, STOP_LIMIT_MS);
    if (this.#child.connected) this.#child.send(request);
    await answered;
  }

  async #answered(wanted: LedgerAnswer, limitMs: number): Promise<void> {
    const late = AbortSignal.timeout(limitMs);
    const problem = await new Promise<string | undefined>((resolve) => {
      const hear = (message: LedgerAnswer): void => {
        if (message !== wanted && typeof message === 'string') return;
        this.#child.off('message', hear);
        resolve(typeof message === 'string' ? undefined : message.failed);
      };
      this.#child.on('message', hear);
      void this.#exited.then((how) => resolve(how));
      late.addEventListener('abort', () => resolve(`no answer after ${limitMs / 1000} s`));
    });
    if (problem !== undefined) throw await this.#failed(problem);
  }

  async #failed(problem: string): Promise<HoldfastError> {
    return new HoldfastError(
      'embedded_failed',
      `the embedded ledger (PGlite) failed: ${problem}${await this.#log.end()}`,
      { hint: 'set DATABASE_URL to use a PostgreSQL of your own' },
    );
  }
}
