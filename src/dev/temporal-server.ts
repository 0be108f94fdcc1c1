import { connect } from 'node:net';
import { join } from 'node:path';
import { HoldfastError } from '../domain/errors.ts';
import { ensureNamespace } from './ensure-namespace.ts';
import { ServerLog } from './server-log.ts';
import { temporalLaunch, type Launch, type TemporalPlace } from './temporal-launch.ts';
import type { TemporalExecutable } from './temporal-ways.ts';
import { startTethered, type Tethered } from './tethered.ts';
import { waitUntil } from './wait-until.ts';

/** It takes a second here; a loaded machine with a long history takes more. */
const START_LIMIT_MS = 60_000;
/**
 * One second is usual. But the server's own workers may wait 5 s for a part of it that is down already
 * (seen with `enableCancelWorkerPollsOnShutdown`), and its state is safe anyway: SQLite in WAL mode.
 */
const STOP_GRACE_MS = 2000;

/** A Temporal server as a child process: the CLI's dev server or the bare server. */
export class TemporalServer {
  readonly address: string;
  readonly executable: TemporalExecutable;
  readonly #launch: Launch;
  readonly #place: TemporalPlace;
  readonly #onLost: (message: string) => void;
  #process: Tethered | undefined;

  private constructor(
    executable: TemporalExecutable,
    launch: Launch,
    place: TemporalPlace,
    onLost: (message: string) => void,
  ) {
    this.executable = executable;
    this.address = `127.0.0.1:${place.port}`;
    this.#launch = launch;
    this.#place = place;
    this.#onLost = onLost;
  }

  /**
   * Starts a server and waits until workflows can be started in its namespace.
   *
   * @param onLost called when the process ends without having been asked to
   * @throws HoldfastError `embedded_failed` with the end of the log when it does not come up
   */
  static async start(
    executable: TemporalExecutable,
    place: TemporalPlace,
    onLost: (message: string) => void,
  ): Promise<TemporalServer> {
    const launch = await temporalLaunch(executable, place);
    const server = new TemporalServer(executable, launch, place, onLost);
    await server.#start();
    return server;
  }

  /** Process id of the server; undefined while it is down. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Ends the process with this signal and starts it again on the same ports and data.
   *
   * @throws HoldfastError `embedded_failed` when it does not come up again
   */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const old = this.#process;
    this.#process = undefined;
    if (signal === 'SIGTERM') await old?.stop(STOP_GRACE_MS);
    else old?.kill('SIGKILL');
    await old?.exited;
    await this.#start();
  }

  /** Ends the process. Repeating it has no effect. */
  async stop(): Promise<void> {
    const old = this.#process;
    this.#process = undefined;
    await old?.stop(STOP_GRACE_MS);
  }

  async #start(): Promise<void> {
    const log = await ServerLog.at(join(this.#place.dataDir, 'temporal.log'));
    let process: Tethered | undefined;
    try {
      process = await startTethered({ ...this.#launch, logFile: log.path });
      this.#process = process;
      await this.#untilReady(process);
    } catch (error) {
      this.#process = undefined;
      await process?.stop();
      throw await startFailure(this.#launch.command, error, log);
    }
    const { exited } = process;
    void exited.then((how) => {
      if (this.#process !== process) return;
      this.#process = undefined;
      this.#onLost(`the Temporal server ended by itself (${how}), see ${log.path}`);
    });
  }

  async #untilReady(process: Tethered): Promise<void> {
    const waiting = new AbortController();
    const ended = process.exited.then((how) => {
      waiting.abort();
      throw new Error(`it ended with ${how}`);
    });
    await Promise.race([this.#untilUsable(waiting.signal), ended]);
  }

  async #untilUsable(signal: AbortSignal): Promise<void> {
    const open = await waitUntil(async () => (await isOpen(this.#place.port)) || undefined, {
      limitMs: START_LIMIT_MS,
      signal,
    });
    if (open === undefined) throw new Error(`no answer after ${START_LIMIT_MS / 1000} s`);
    await ensureNamespace(this.address, this.#place.namespace, signal);
  }
}

/** A gRPC client that is refused once waits a second before it tries again: so ask the port first. */
async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function startFailure(
  command: string,
  error: unknown,
  log: ServerLog,
): Promise<HoldfastError> {
  const reason = error instanceof Error ? error.message : String(error);
  return new HoldfastError(
    'embedded_failed',
    `the Temporal server (${command}) did not start: ${reason}${await log.end()}`,
    { cause: error },
  );
}
