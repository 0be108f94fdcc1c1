import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareServerConfig } from '../bare-server-config.ts';
import { serverProgram } from '../built-programs.ts';
import { choosePort } from '../choose-port.ts';
import { ensureNamespace } from '../ensure-namespace.ts';
import { dynamicConfigFile } from '../server-settings.ts';
import { lowInnerPorts } from './low-ports.ts';
import { postgresPersistence } from './postgres-persistence.ts';
import type { PostgresServer } from './postgres-server.ts';
import { startTetheredServer, type TetheredServer } from './tethered-server.ts';

/** Its state is safe at any moment, and its own workers may wait 5 s for each other. */
const STOP_GRACE_MS = 2000;

/** Options of {@link startTemporalOnPostgres}. */
export interface TemporalOnPostgresOptions {
  readonly dataDir: string;
  /** Has Temporal's schema already. */
  readonly postgres: Pick<PostgresServer, 'port' | 'password'>;
  readonly namespace: string;
  /** Wanted port; one that is taken, or 0, gives a free one. */
  readonly port: number;
  /** Called when it ends without having been asked to. */
  readonly onLost: (message: string) => void;
}

/** A running Temporal server. */
export interface TemporalOnPostgres extends TetheredServer {
  readonly address: string;
}

/**
 * Starts the official Temporal server on a PostgreSQL, and waits until workflows can be started in
 * its namespace.
 *
 * @throws HoldfastError `embedded_failed` with the end of the log when it does not come up
 */
export async function startTemporalOnPostgres(
  options: TemporalOnPostgresOptions,
): Promise<TemporalOnPostgres> {
  const { dataDir, namespace } = options;
  const chosen = await choosePort(options.port);
  const { port } = chosen;
  try {
    const address = `127.0.0.1:${port}`;
    const config = await writeConfig(options, port);
    const server = await startTetheredServer({
      title: 'the Temporal server',
      command: serverProgram().target,
      args: ['--config-file', config, '--allow-no-auth', 'start'],
      env: { GOGC: '400' },
      logFile: join(dataDir, 'temporal.log'),
      isReady: async (_pid, signal) => {
        await ensureNamespace(address, namespace, signal);
        return true;
      },
      onLost: options.onLost,
      stop: (tethered) => tethered.stop(STOP_GRACE_MS),
    });
    return { ...server, address };
  } finally {
    await chosen.release();
  }
}

async function writeConfig(
  { dataDir, postgres }: TemporalOnPostgresOptions,
  port: number,
): Promise<string> {
  const settings = join(dataDir, 'dynamic.yaml');
  await writeFile(settings, dynamicConfigFile());
  const inner = await lowInnerPorts(dataDir);
  const persistence = postgresPersistence(postgres);
  const config = { ...bareServerConfig(port, inner, '', settings), persistence };
  const file = join(dataDir, 'temporal-postgres.yaml');
  // It holds the password.
  await writeFile(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
  return file;
}
