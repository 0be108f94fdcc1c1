import { HoldfastError } from '../../domain/errors.ts';
import { ServerLog } from '../server-log.ts';
import { startTethered, type Tethered } from '../tethered.ts';
import { waitUntil } from '../wait-until.ts';
import type { CommandLine } from './server-account.ts';

const START_LIMIT_MS = 60_000;

/** How to start a server and know that it is up. */
export interface TetheredServerOptions extends CommandLine {
  /** In sentences: 'PostgreSQL'. */
  readonly title: string;
  readonly logFile: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** True once it serves; it is asked again until then. */
  readonly isReady: (pid: number, signal: AbortSignal) => Promise<boolean>;
  /** Called when it ends without having been asked to. */
  readonly onLost: (message: string) => void;
  /** Asks it to end in order; default SIGTERM. */
  readonly stop?: (server: Tethered) => Promise<void>;
}

/** A running server. */
export interface TetheredServer {
  readonly pid: number;
  /** Ends it. Repeating it has no effect. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server that ends when this process does, and waits until it serves.
 *
 * @throws HoldfastError `embedded_failed` with the end of its log when it does not come up
 */
export async function startTetheredServer(options: TetheredServerOptions): Promise<TetheredServer> {
  const { title, command, args, env = {}, stop = (server) => server.stop() } = options;
  const log = await ServerLog.at(options.logFile);
  let server: Tethered | undefined;
  try {
    server = await startTethered({ command, args, env, logFile: log.path });
    await untilReady(server, options.isReady);
  } catch (error) {
    await server?.stop();
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `${title} did not start: ${reason}${await log.end()}`;
    throw new HoldfastError('embedded_failed', problem, { cause: error });
  }
  let stopping: Promise<void> | undefined;
  const { pid, exited } = server;
  void exited.then((how) => {
    if (stopping === undefined)
      options.onLost(`${title} ended by itself (${how}), see ${log.path}`);
  });
  return { pid, stop: () => (stopping ??= stop(server)) };
}

async function untilReady(
  server: Tethered,
  isReady: TetheredServerOptions['isReady'],
): Promise<void> {
  const waiting = new AbortController();
  const ended = server.exited.then((how) => {
    waiting.abort();
    throw new Error(`it ended with ${how}`);
  });
  const { signal } = waiting;
  const ready = waitUntil(async () => (await isReady(server.pid, signal)) || undefined, {
    limitMs: START_LIMIT_MS,
    signal,
  });
  if ((await Promise.race([ready, ended])) === undefined) {
    throw new Error(`it does not serve after ${START_LIMIT_MS / 1000} s`);
  }
}
