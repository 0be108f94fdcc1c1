import { HoldfastError } from '../domain/errors.ts';
import { choosePort } from './choose-port.ts';
import { lockDataDir } from './data-dir.ts';
import { startEmbeddedTemporal, type EmbeddedTemporal } from './embedded-temporal.ts';
import { LedgerServer } from './ledger-server.ts';
import type { PidLock } from './pid-lock.ts';

const DEFAULT_NAMESPACE = 'default';
const DEFAULT_LEDGER_PORT = 54_329;

/** What {@link startEmbedded} is to start, and where. */
export interface EmbeddedOptions {
  /** For `temporal.db`, configuration files, PGlite's files and the logs of the servers. */
  readonly dataDir: string;
  /** A server that exists: then neither a Temporal server nor a Web UI is started. */
  readonly temporal?: { readonly address: string; readonly namespace?: string };
  /** A PostgreSQL that exists: then no PGlite is started. */
  readonly databaseUrl?: string;
  /** Registered when missing. Default `default`. */
  readonly namespace?: string;
  /** Wanted ports, default 7233, 8233 and 54329; one that is taken, or 0, gives a free one. */
  readonly ports?: {
    readonly temporal?: number;
    readonly webUi?: number;
    readonly ledger?: number;
  };
  /** Keep the ledger in memory, for tests. Default false. */
  readonly ephemeralLedger?: boolean;
  /** Default true. */
  readonly webUi?: boolean;
  /** Where the Web UI has payloads decrypted. Default nowhere. */
  readonly codecEndpoint?: string | undefined;
  /** Hears what happens, in sentences; also afterwards, when a server ends by itself. */
  readonly onProgress?: (message: string) => void;
}

/** Running embedded servers. */
export interface Embedded {
  /** `pid`: the server process, when it is ours; after a restart another one. */
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly pid?: number | undefined;
  };
  /** `http://127.0.0.1:8233`, or undefined when there is none. */
  readonly webUi: string | undefined;
  /** For any PostgreSQL client, without TLS. */
  readonly databaseUrl: string;
  /** Stops everything it started, in reverse order, and nothing else. Repeating it has no effect. */
  stop(): Promise<void>;
  /** For fault tests: ends the server process (default SIGKILL) and starts it on the same ports and data. */
  restartTemporal(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** For fault tests: cuts off all clients of the ledger and refuses new ones. */
  stopLedger(): Promise<void>;
  /** The ledger accepts clients again, on the same port and data. */
  startLedger(): Promise<void>;
}

/**
 * Starts what `holdfast dev` needs beside Holdfast itself: a Temporal server with its Web UI, and a
 * ledger (PGlite), as child processes that end when this process does, however that happens. Ready when
 * workflows can be started and the ledger accepts clients; 1 to 4 s with executables at hand, about
 * 5 minutes once when the Temporal server has to be built.
 *
 * @throws HoldfastError `embedded_failed` when a part cannot be had or started, or the data folder is in
 *   use; nothing is left running then
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const lock = await lockDataDir(options.dataDir);
  const [ledger, temporal] = await Promise.allSettled([
    startLedger(options),
    startTemporal(options),
  ]);
  const servers: Servers = {
    lock,
    ledger: ledger.status === 'fulfilled' ? ledger.value : undefined,
    temporal: temporal.status === 'fulfilled' ? temporal.value : undefined,
  };
  const failed = [ledger, temporal].find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stopServers(servers);
    throw failed.reason;
  }
  await recordPids(servers);
  return embeddedFace(options, servers);
}

/** What runs; undefined for what the caller brought. */
interface Servers {
  readonly lock: PidLock;
  readonly ledger: LedgerServer | undefined;
  readonly temporal: EmbeddedTemporal | undefined;
}

async function startLedger(options: EmbeddedOptions): Promise<LedgerServer | undefined> {
  if (options.databaseUrl !== undefined) return undefined;
  const port = await choosePort(options.ports?.ledger ?? DEFAULT_LEDGER_PORT);
  try {
    return await LedgerServer.start({
      dataDir: options.dataDir,
      port: port.port,
      ephemeral: options.ephemeralLedger ?? false,
      onLost: progressOf(options),
    });
  } finally {
    await port.release();
  }
}

async function startTemporal(options: EmbeddedOptions): Promise<EmbeddedTemporal | undefined> {
  if (options.temporal !== undefined) return undefined;
  return startEmbeddedTemporal({
    dataDir: options.dataDir,
    namespace: options.namespace ?? DEFAULT_NAMESPACE,
    port: options.ports?.temporal,
    webUiPort: options.ports?.webUi,
    webUi: options.webUi ?? true,
    codecEndpoint: options.codecEndpoint,
    onProgress: progressOf(options),
  });
}

function progressOf(options: EmbeddedOptions): (message: string) => void {
  return options.onProgress ?? ((): void => {});
}

async function stopServers(servers: Servers): Promise<void> {
  await servers.temporal?.stop();
  await servers.ledger?.stop();
  await servers.lock.release();
}

/** So that whoever finds the lock of this process dead waits for its servers as well. */
async function recordPids({ lock, ledger, temporal }: Servers): Promise<void> {
  const pids = [ledger?.pid, ...(temporal?.pids() ?? [])];
  await lock.record(pids.filter((pid) => pid !== undefined));
}

function embeddedFace(options: EmbeddedOptions, servers: Servers): Embedded {
  const { ledger, temporal } = servers;
  let stopping: Promise<void> | undefined;
  return {
    temporal: {
      address: temporal?.server.address ?? options.temporal?.address ?? '',
      namespace: options.temporal?.namespace ?? options.namespace ?? DEFAULT_NAMESPACE,
      get pid() {
        return temporal?.server.pid;
      },
    },
    webUi: temporal?.webUi,
    databaseUrl: ledger?.databaseUrl ?? options.databaseUrl ?? '',
    stop: () => (stopping ??= stopServers(servers)),
    restartTemporal: async (signal = 'SIGKILL') => {
      await ours(temporal, 'the Temporal server').server.restart(signal);
      await recordPids(servers);
    },
    stopLedger: async () => ours(ledger, 'the ledger').close(),
    startLedger: async () => ours(ledger, 'the ledger').open(),
  };
}

function ours<T>(server: T | undefined, what: string): T {
  if (server !== undefined) return server;
  throw new HoldfastError('embedded_failed', `${what} is not an embedded one`);
}
