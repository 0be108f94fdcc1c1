import { HoldfastError } from '../../domain/errors.ts';
import { buildMissing, serverProgram } from '../built-programs.ts';
import { choosePort } from '../choose-port.ts';
import { lockDataDir } from '../data-dir.ts';
import { startWebUi, type WebUiOptions } from '../web-ui.ts';
import { startPostgresServer } from './postgres-server.ts';
import { StartedServers } from './started-servers.ts';
import type { TetheredServer } from './tethered-server.ts';
import { startTemporalOnPostgres } from './temporal-on-postgres.ts';
import { prepareTemporalSchema, sqlToolProgram } from './temporal-schema.ts';

/** What {@link startPostgresStack} is to start, and where. */
export interface PostgresStackOptions {
  /** For the database cluster with its password, configuration files and the logs of the servers. */
  readonly dataDir: string;
  /** Registered when missing. Default `default`. */
  readonly namespace?: string;
  /** Wanted ports; one that is taken, or 0, gives a free one. Default 0. */
  readonly ports?: {
    readonly temporal?: number;
    readonly webUi?: number;
    readonly postgres?: number;
  };
  /** Default true. */
  readonly webUi?: boolean;
  /** Hears what happens, in sentences; also afterwards, when a server ends by itself. */
  readonly onProgress?: (message: string) => void;
}

/** Running servers of the production shape. */
export interface PostgresStack {
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** The ledger; its role may create databases. */
  readonly databaseUrl: string;
  /** The address of the Web UI, or undefined when there is none. */
  readonly webUi: string | undefined;
  /** Process ids of what runs. */
  readonly pids: readonly number[];
  /** Settles when one of its servers ends by itself; says which, and how. */
  readonly ended: Promise<string>;
  /** Stops everything in reverse order; the data stays. Repeating it has no effect. */
  stop(): Promise<void>;
}

/**
 * Starts the servers of `docker-compose.yml` without Docker: this machine's PostgreSQL with the
 * ledger and Temporal's databases, the official Temporal server on it, and its Web UI. They end when
 * this process does, however that happens.
 *
 * @throws HoldfastError `embedded_failed` when a part cannot be had or started, or the data folder is
 *   in use; nothing is left running then
 */
export async function startPostgresStack(options: PostgresStackOptions): Promise<PostgresStack> {
  const servers = new StartedServers(await lockDataDir(options.dataDir));
  try {
    return await startAll(servers, options);
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

async function startAll(
  servers: StartedServers,
  options: PostgresStackOptions,
): Promise<PostgresStack> {
  const { dataDir, namespace = 'default', ports = {}, onProgress = () => undefined } = options;
  let onLost: (message: string) => void = onProgress;
  const ended = new Promise<string>((resolve) => (onLost = resolve));
  void ended.then(onProgress);
  const common = { dataDir, namespace, onLost };
  await haveTemporal(onProgress);
  onProgress('starting PostgreSQL');
  const postgres = await startPostgresServer({ ...common, port: ports.postgres ?? 0 });
  await servers.add(postgres);
  await prepareTemporalSchema(postgres).catch(failed("Temporal's schema could not be made"));
  onProgress('starting the Temporal server on it');
  const temporal = await startTemporalOnPostgres({
    ...common,
    postgres,
    port: ports.temporal ?? 0,
  });
  await servers.add(temporal);
  const { address } = temporal;
  const place = { dataDir, namespace, address, onProgress };
  const webUi = options.webUi === false ? undefined : await tryWebUi(place, ports.webUi ?? 0);
  if (webUi !== undefined) await servers.add(webUi);
  return {
    temporal: { address, namespace },
    databaseUrl: postgres.url,
    webUi: webUi?.url,
    pids: servers.pids,
    ended,
    stop: () => servers.stop(),
  };
}

async function haveTemporal(onProgress: (message: string) => void): Promise<void> {
  await buildMissing([serverProgram(), sqlToolProgram()], onProgress).catch(
    failed('the Temporal server for PostgreSQL could not be built'),
  );
}

/** As in `holdfast dev`: everything else works without it. */
async function tryWebUi(
  options: Omit<WebUiOptions, 'port'>,
  wantedPort: number,
): Promise<(TetheredServer & { readonly url: string }) | undefined> {
  const chosen = await choosePort(wantedPort);
  try {
    const webUi = await startWebUi({ ...options, port: chosen.port });
    const url = `http://127.0.0.1:${chosen.port}`;
    return { pid: webUi.pid, stop: () => webUi.stop(), url };
  } catch (error) {
    options.onProgress(`going on without the Web UI: ${String(error)}`);
    return undefined;
  } finally {
    await chosen.release();
  }
}

function failed(what: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HoldfastError('embedded_failed', `${what}: ${reason}`, { cause: error });
  };
}
