import { Writable } from 'node:stream';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { pino } from 'pino';
import { createApi } from '../../dist/api/create-api.js';
import type { ApiOptions } from '../../dist/api/create-api.js';

/** What a test gives an API: all else is as in a quiet process without limits. */
export type GivenParts = Pick<ApiOptions, 'client' | 'access'> & Partial<ApiOptions>;

/** An API that no server serves. */
export function apiOn(given: GivenParts): Hono {
  return createApi({
    asksForTokens: false,
    webUiOrigins: [],
    configuredSchedules: () => Promise.resolve([]),
    requestsPerSecond: 0,
    version: '0.0.0',
    log: pino({ level: 'silent' }),
    closing: new AbortController().signal,
    ...given,
  });
}

/** A log that keeps all of its lines. */
export function logged(): { log: Logger; lines: readonly string[] } {
  const lines: string[] = [];
  const write = (chunk: unknown, _encoding: string, done: () => void): void => {
    lines.push(String(chunk));
    done();
  };
  return { log: pino({ level: 'trace' }, new Writable({ write })), lines };
}

/** Asks an API and reads the JSON of its answer. */
export async function ask(
  api: Hono,
  call: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const [method = 'GET', path = '/'] = call.split(' ');
  const response = await api.request(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    headers: response.headers,
  };
}
