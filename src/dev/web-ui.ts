import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../domain/errors.ts';
import { buildMissing, webUiProgram } from './built-programs.ts';
import { ServerLog } from './server-log.ts';
import { startTethered } from './tethered.ts';
import { waitUntil } from './wait-until.ts';

const START_LIMIT_MS = 30_000;

/** What the Web UI beside the bare server needs to know. */
export interface WebUiOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Of the Temporal server. */
  readonly address: string;
  readonly namespace: string;
  /** Where it has payloads decrypted. */
  readonly codecEndpoint?: string | undefined;
  readonly onProgress: (message: string) => void;
}

/** A running Web UI. */
export interface WebUi {
  readonly pid: number;
  /** Ends it. Repeating it has no effect. */
  stop(): Promise<void>;
}

/**
 * Starts the Web UI for a bare server (the CLI's dev server brings its own), building it first where
 * that has not been done.
 *
 * @throws HoldfastError `embedded_failed` when it cannot be built or started
 */
export async function startWebUi(options: WebUiOptions): Promise<WebUi> {
  const log = await ServerLog.at(join(options.dataDir, 'web-ui.log'));
  try {
    return await start(options, log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HoldfastError(
      'embedded_failed',
      `the Web UI did not start: ${reason}${await log.end()}`,
      { cause: error },
    );
  }
}

async function start(options: WebUiOptions, log: ServerLog): Promise<WebUi> {
  const program = webUiProgram();
  await buildMissing([program], options.onProgress);
  const root = join(options.dataDir, 'web-ui');
  await mkdir(join(root, 'config'), { recursive: true });
  await writeFile(join(root, 'config', 'dev.yaml'), JSON.stringify(webUiConfig(options)));
  const ui = await startTethered({
    command: program.target,
    args: ['--root', root, '--config', 'config', '--env', 'dev', 'start'],
    logFile: log.path,
  });
  const waiting = new AbortController();
  const ended = ui.exited.then((how) => {
    waiting.abort();
    throw new Error(`it ended with ${how}`);
  });
  try {
    await Promise.race([untilServed(options.port, waiting.signal), ended]);
  } catch (error) {
    await ui.stop();
    throw error;
  }
  return { pid: ui.pid, stop: () => ui.stop() };
}

function webUiConfig(options: WebUiOptions): object {
  return {
    temporalGrpcAddress: options.address,
    host: '127.0.0.1',
    port: options.port,
    enableUi: true,
    defaultNamespace: options.namespace,
    disableNewsFetch: true,
    hideLogs: true,
    ...(options.codecEndpoint === undefined ? {} : { codec: { endpoint: options.codecEndpoint } }),
    cors: { cookieInsecure: true, allowOrigins: [`http://127.0.0.1:${options.port}`] },
  };
}

async function untilServed(port: number, signal: AbortSignal): Promise<void> {
  const served = await waitUntil(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    },
    { limitMs: START_LIMIT_MS, signal },
  );
  if (served === undefined) throw new Error(`no answer after ${START_LIMIT_MS / 1000} s`);
}
