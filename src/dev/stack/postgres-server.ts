import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePort } from '../choose-port.ts';
import type { Tethered } from '../tethered.ts';
import { POSTGRES_NAME, openCluster, type PostgresCluster } from './postgres-cluster.ts';
import { underAccount } from './server-account.ts';
import { startTetheredServer, type TetheredServer } from './tethered-server.ts';

/** A checkpoint is written when it ends in order. */
const STOP_LIMIT_MS = 15_000;

/** Options of {@link startPostgresServer}. */
export interface PostgresServerOptions {
  readonly dataDir: string;
  /** Wanted port; one that is taken, or 0, gives a free one. */
  readonly port: number;
  /** Called when it ends without having been asked to. */
  readonly onLost: (message: string) => void;
}

/** A running PostgreSQL. */
export interface PostgresServer extends TetheredServer {
  readonly port: number;
  readonly password: string;
  /** The address of the ledger's database. */
  readonly url: string;
}

/**
 * Starts PostgreSQL on the cluster in a data folder, which it makes first when it is not there.
 * It listens on the loopback interface only.
 *
 * @throws HoldfastError `embedded_failed` when there is no PostgreSQL or it does not come up
 */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const cluster = await openCluster(options.dataDir);
  const chosen = await choosePort(options.port);
  const { port } = chosen;
  try {
    const server = await startTetheredServer({
      title: 'PostgreSQL',
      ...underAccount(cluster.account, options.dataDir, {
        command: cluster.programs.postgres,
        args: ['-D', cluster.folder, ...settings(port)],
      }),
      logFile: join(options.dataDir, 'postgres.log'),
      isReady: (serverPid) => isReady(cluster, serverPid),
      onLost: options.onLost,
      stop: stopFast,
    });
    const { password } = cluster;
    const url = `postgres://${POSTGRES_NAME}:${password}@127.0.0.1:${port}/${POSTGRES_NAME}`;
    return { ...server, port, password, url };
  } finally {
    await chosen.release();
  }
}

function settings(port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    // No socket in the file system: /tmp and /run are shared with other servers.
    unix_socket_directories: '',
    // Each of the four Temporal services has pools of its own, beside those of orchestrators.
    max_connections: 300,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** What `pg_ctl` looks at too: the last line of the server's own file says what it is doing. */
async function isReady({ folder }: PostgresCluster, pid: number): Promise<boolean> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

/** SIGTERM alone would wait for every client to leave by itself; SIGINT disconnects them. */
async function stopFast(server: Tethered): Promise<void> {
  try {
    process.kill(server.pid, 'SIGINT');
  } catch {
    // It has ended already.
  }
  await server.stop(STOP_LIMIT_MS);
}
