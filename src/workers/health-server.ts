import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import getPort from 'get-port';
import type { Logger } from 'pino';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { installRuntime } from './runtime-log.ts';

/** Why a part of the process is not ready; undefined when it is. */
export type ReadyCheck = () => Promise<string | undefined>;

/** Options of {@link serveHealth}. */
export interface HealthOptions {
  /**
   * Host and port, such as `0.0.0.0:9464`. Port 0, or none given: 9464 on loopback, or a free port
   * where that is taken.
   */
  readonly address?: string;
  readonly log: Logger;
}

/** The HTTP endpoint of a process: `/livez`, `/readyz`, `/metrics`. */
export interface HealthServer {
  /** Where it listens, such as `http://127.0.0.1:9464`. */
  readonly url: string;
  /** `/readyz` answers 200 when every check says so. */
  addCheck(name: string, check: ReadyCheck): void;
  /** From now on `/readyz` also says that the process does no work, and is not to. */
  standBy(): void;
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
// What Prometheus exporters of OpenTelemetry use.
const DEFAULT_PORT = 9464;
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Serves a process's health and metrics. Call it before anything of the Temporal SDK is used in
 * the process: the metrics are a setting of its runtime.
 *
 * @throws HoldfastError `invalid_input` when the address is no address, `usage` when it cannot be had
 */
export async function serveHealth({ address, log }: HealthOptions): Promise<HealthServer> {
  const { host, port } = parseAddress(address);
  const metricsPort = await getPort({ host: DEFAULT_HOST });
  installRuntime(log, { metricsAddress: `${DEFAULT_HOST}:${metricsPort}` });
  const checks = new Map<string, ReadyCheck>();
  let isStandby = false;
  const server = createServer((request, response) => {
    void answer(request, { checks, isStandby, metricsPort })
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then((made) => send(response, made));
  });
  await listen(server, host, port);
  const bound = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
  return {
    url,
    addCheck: (name, check) => void checks.set(name, check),
    standBy: () => void (isStandby = true),
    close: () => close(server),
  };
}

async function listen(server: Server, host: string, port: number | undefined): Promise<void> {
  try {
    server.listen(port ?? DEFAULT_PORT, host);
    await once(server, 'listening');
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (port !== undefined || !isTaken) throw unusable(host, port ?? DEFAULT_PORT, error);
    server.listen(0, host);
    await once(server, 'listening');
  }
}

function unusable(host: string, port: number, cause: unknown): HoldfastError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HoldfastError('usage', `health address ${host}:${port}: ${why}`, {
    hint: 'give another --health-address, or none for a free port',
    cause,
  });
}

interface Answer {
  readonly status: number;
  readonly body: string | Readonly<Record<string, unknown>>;
}

/** What answers are made of. */
interface Health {
  readonly checks: ReadonlyMap<string, ReadyCheck>;
  readonly isStandby: boolean;
  readonly metricsPort: number;
}

async function answer(
  { url }: IncomingMessage,
  { checks, isStandby, metricsPort }: Health,
): Promise<Answer> {
  const path = url?.split('?')[0];
  if (path === '/livez') return { status: 200, body: { status: 'live' } };
  if (path === '/readyz') return readiness(checks, isStandby);
  if (path === '/metrics') {
    const response = await fetch(`http://${DEFAULT_HOST}:${metricsPort}/metrics`);
    return { status: response.status, body: await response.text() };
  }
  return { status: 404, body: { error: 'try /livez, /readyz or /metrics' } };
}

async function readiness(
  checks: ReadonlyMap<string, ReadyCheck>,
  isStandby: boolean,
): Promise<Answer> {
  const reasons: Record<string, string> = {};
  for (const [name, check] of checks) {
    const reason = await inTime(check).catch((error: unknown) => messageOf(error));
    if (reason !== undefined) reasons[name] = reason;
  }
  if (checks.size === 0) reasons['process'] = 'is starting';
  const isReady = Object.keys(reasons).length === 0;
  return isReady
    ? { status: 200, body: { status: 'ready', ...(isStandby ? { standby: true } : {}) } }
    : { status: 503, body: { status: 'not ready', reasons } };
}

async function inTime(check: ReadyCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  return Promise.race([check(), tooLong]).finally(() => clearTimeout(timer));
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, connection: 'close' });
  response.end(isText ? body : JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function parseAddress(address: string | undefined): { host: string; port: number | undefined } {
  if (address === undefined) return { host: DEFAULT_HOST, port: undefined };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw invalid('health address', 'host:port, such as 0.0.0.0:9464', address);
  }
  return { host: match[1] ?? match[2] ?? DEFAULT_HOST, port };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
