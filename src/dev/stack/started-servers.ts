import type { PidLock } from '../pid-lock.ts';
import type { TetheredServer } from './tethered-server.ts';

/** Servers on a locked data folder, in the order in which they were started. */
export class StartedServers {
  readonly #lock: PidLock;
  readonly #servers: TetheredServer[] = [];
  #stopping: Promise<void> | undefined;

  constructor(lock: PidLock) {
    this.#lock = lock;
  }

  /** Process ids of the servers. */
  get pids(): readonly number[] {
    return this.#servers.map(({ pid }) => pid);
  }

  /** Adds one that runs: whoever finds the lock of this process dead waits for it as well. */
  async add(server: TetheredServer): Promise<void> {
    this.#servers.push(server);
    await this.#lock.record(this.pids);
  }

  /** Stops all, the last one first, and gives the lock up. Repeating it has no effect. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stopAll());
  }

  async #stopAll(): Promise<void> {
    try {
      for (const server of [...this.#servers].reverse()) await server.stop();
    } finally {
      await this.#lock.release();
    }
  }
}
