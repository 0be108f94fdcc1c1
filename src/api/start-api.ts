import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { openAccess } from '../client/access.ts';
import type { ConnectOptions } from '../client/connect.ts';
import { connect } from '../client/connect.ts';
import type { ScheduleSource } from '../client/schedules/apply-schedules.ts';
import { configuredSource } from '../config/configured-source.ts';
import { givenConfig } from '../config/given-config.ts';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { createApi } from './create-api.ts';
import { isLoopback } from './loopback.ts';
import type { OidcOptions } from './oidc/oidc-settings.ts';
import { oidcSettings } from './oidc/oidc-settings.ts';

/** Options of {@link startApi}. */
export interface StartApiOptions extends ConnectOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** False: it asks nobody for a token; only on loopback. @default true, unless on loopback none was ever made */
  readonly auth?: boolean;
  /** Whose tokens it takes beside its own. @default none */
  readonly oidc?: OidcOptions | undefined;
  /** Where the Web UI is, whose pages may use the codec endpoint. @default none */
  readonly webUiOrigins?: readonly string[];
  /** Requests a second for each caller, over time; 0: no limit. */
  readonly requestsPerSecond: number;
  readonly log: Logger;
}

/** A REST API that is served. */
export interface RunningApi {
  /** Where, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly asksForTokens: boolean;
  /** Settles when it was stopped; rejects when its server failed. */
  readonly stopped: Promise<void>;
  /** Ends streams, answers what is under way, and closes the connections. */
  stop(): Promise<void>;
}

/** How long requests that are under way may take to end. */
const GRACE_MS = 10_000;

/**
 * Connects and serves the REST API.
 *
 * @throws HoldfastError `usage` when the host may not be served so or the port cannot be had; what
 *   `connect` throws
 */
export async function startApi(options: StartApiOptions): Promise<RunningApi> {
  const { host, port, auth, log, requestsPerSecond, webUiOrigins = [] } = options;
  if (auth === false && !isLoopback(host)) throw openToAll(host);
  const oidc = options.oidc === undefined ? undefined : oidcSettings(options.oidc);
  const config = await givenConfig(options);
  const access = await openAccess(options.databaseUrl ?? config.database.url);
  const closing = new AbortController();
  try {
    const tokens = await access.anyTokens();
    // The last one's expiry must not open what was closed.
    const asksForTokens = auth ?? (!isLoopback(host) || oidc !== undefined || tokens !== 'never');
    const isKnown = oidc !== undefined || tokens === 'usable';
    const client = await connect({ ...options, config });
    const app = createApi({
      ...{ client, access, asksForTokens, oidc, webUiOrigins, requestsPerSecond, log },
      configuredSchedules: () => configuredSchedules(config.file),
      closing: closing.signal,
      version: apiVersion(),
    });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    try {
      await listen(server, host, port);
    } catch (error) {
      await client.close();
      throw error;
    }
    const { port: bound } = server.address() as AddressInfo;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    tell(log, { url, asksForTokens, issuer: oidc?.issuer }, isKnown);
    const stopped = once(server, 'close').then(() => undefined);
    const stop = async (): Promise<void> => {
      closing.abort(new Error('the API stops'));
      await close(server);
      await client.close();
      await access.close();
    };
    return { url, asksForTokens, stopped, stop };
  } catch (error) {
    await access.close();
    throw error;
  }
}

/** The schedules of the configuration file as it is now. */
async function configuredSchedules(file: string | undefined): Promise<readonly ScheduleSource[]> {
  if (file !== undefined) return [await configuredSource(file)];
  throw invalid(
    'schedules',
    'a configuration file with them',
    undefined,
    'see docs/configuration.md',
  );
}

/** The version that the document tells. */
export function apiVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

/** What a line of the log says of an API that has started. */
interface StartedApi {
  readonly url: string;
  readonly asksForTokens: boolean;
  readonly issuer: string | undefined;
}

function tell(log: Logger, api: StartedApi, isAnyoneKnown: boolean): void {
  log.info(api, 'api.started');
  if (!api.asksForTokens) {
    log.warn(
      'access is off: every program of this machine may do all; see `holdfast tokens create`',
    );
  } else if (!isAnyoneKnown) {
    log.warn('there is no valid token: nobody may call; make one with `holdfast tokens create`');
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('usage', `API address ${host}:${port}: ${why}`, {
      hint: 'give another --host or --port; port 0 means any free one',
      cause,
    });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(force);
}

function openToAll(host: string): HoldfastError {
  return new HoldfastError('usage', `--no-auth: expected a loopback host, got ${host}`, {
    hint: 'without tokens the API is served on 127.0.0.1 only',
  });
}
