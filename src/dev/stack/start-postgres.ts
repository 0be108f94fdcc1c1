import { lockDataDir } from '../data-dir.ts';
import { startPostgresServer } from './postgres-server.ts';
import { StartedServers } from './started-servers.ts';

/** What {@link startPostgres} is to start, and where. */
export interface PostgresOptions {
  /** For `postgres/` (the database cluster), `postgres-password` and `postgres.log`. */
  readonly dataDir: string;
  /** Wanted port; default 0: a free one. */
  readonly port?: number;
  /** Hears what happens afterwards, in sentences: when the server ends by itself. */
  readonly onProgress?: (message: string) => void;
}

/** A running PostgreSQL with an empty database, or the one that an earlier start has left there. */
export interface Postgres {
  /** For any PostgreSQL client; the role may create databases. */
  readonly url: string;
  readonly pid: number;
  /** Stops it; the data stays. Repeating it has no effect. */
  stop(): Promise<void>;
}

/**
 * Starts this machine's own PostgreSQL on a data folder: a ledger for tests and measurements that is
 * the real thing. It ends when this process does, however that happens.
 *
 * @throws HoldfastError `embedded_failed` when there is none, it does not start, or the folder is in use
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, port = 0, onProgress = () => undefined } = options;
  const servers = new StartedServers(await lockDataDir(dataDir));
  try {
    const postgres = await startPostgresServer({ dataDir, port, onLost: onProgress });
    await servers.add(postgres);
    return { url: postgres.url, pid: postgres.pid, stop: () => servers.stop() };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}
