import { choosePort, type ChosenPort } from './choose-port.ts';
import { oldServerNote } from './server-version.ts';
import type { TemporalPlace } from './temporal-launch.ts';
import { TemporalServer } from './temporal-server.ts';
import {
  noTemporalServer,
  TEMPORAL_WAYS,
  temporalExecutables,
  type TemporalNotes,
} from './temporal-ways.ts';
import { startWebUi, type WebUi } from './web-ui.ts';

const DEFAULT_PORT = 7233;
const DEFAULT_WEB_UI_PORT = 8233;

/** Options of {@link startEmbeddedTemporal}. */
export interface EmbeddedTemporalOptions {
  readonly dataDir: string;
  readonly namespace: string;
  /** Wanted ports: default 7233 and 8233. */
  readonly port: number | undefined;
  readonly webUiPort: number | undefined;
  readonly webUi: boolean;
  /** Where the Web UI has payloads decrypted. */
  readonly codecEndpoint: string | undefined;
  readonly onProgress: (message: string) => void;
}

/** A Temporal server of ours, with its Web UI. */
export interface EmbeddedTemporal {
  readonly server: TemporalServer;
  /** Address of the Web UI, or undefined when there is none. */
  readonly webUi: string | undefined;
  /** Process ids of what runs. */
  pids(): number[];
  /** Ends both. Repeating it has no effect. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal server by the first of the four ways that works, and the Web UI. A Web UI that
 * cannot be had is reported as progress and left out: everything else works without it.
 *
 * @throws HoldfastError `embedded_failed` that says why each way did not work
 */
export async function startEmbeddedTemporal(
  options: EmbeddedTemporalOptions,
): Promise<EmbeddedTemporal> {
  const port = await choosePort(options.port ?? DEFAULT_PORT);
  const webUiPort = options.webUi
    ? await choosePort(options.webUiPort ?? DEFAULT_WEB_UI_PORT)
    : undefined;
  try {
    const server = await startServer(options, port, webUiPort);
    const webUi =
      server.executable.kind === 'server' && webUiPort !== undefined
        ? await tryWebUi(options, server, webUiPort)
        : undefined;
    const hasWebUi = webUi !== undefined || server.executable.kind === 'cli';
    return {
      server,
      webUi: webUiPort && hasWebUi ? `http://127.0.0.1:${webUiPort.port}` : undefined,
      pids: () => [server.pid, webUi?.pid].filter((pid) => pid !== undefined),
      stop: async () => {
        await webUi?.stop();
        await server.stop();
      },
    };
  } finally {
    await port.release();
    await webUiPort?.release();
  }
}

async function startServer(
  options: EmbeddedTemporalOptions,
  port: ChosenPort,
  webUiPort: ChosenPort | undefined,
): Promise<TemporalServer> {
  const place: TemporalPlace = {
    dataDir: options.dataDir,
    namespace: options.namespace,
    port: port.port,
    webUiPort: webUiPort?.port,
    codecEndpoint: options.codecEndpoint,
  };
  const notes: TemporalNotes = {};
  for await (const executable of temporalExecutables({ ...options, notes })) {
    options.onProgress(
      `starting the Temporal server ${executable.path} (${TEMPORAL_WAYS[executable.way]})`,
    );
    try {
      const server = await TemporalServer.start(executable, place, options.onProgress);
      const note = await oldServerNote(server.address);
      if (note !== undefined) options.onProgress(note);
      return server;
    } catch (error) {
      notes[executable.way] = error instanceof Error ? error.message : String(error);
    }
  }
  throw noTemporalServer(notes);
}

async function tryWebUi(
  options: EmbeddedTemporalOptions,
  server: TemporalServer,
  port: ChosenPort,
): Promise<WebUi | undefined> {
  try {
    return await startWebUi({ ...options, port: port.port, address: server.address });
  } catch (error) {
    options.onProgress(`going on without the Web UI: ${String(error)}`);
    return undefined;
  }
}
