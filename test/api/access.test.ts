import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest';
import type { Hono } from 'hono';
import { createApi } from '../../dist/api/create-api.js';
import { operationOf, roleOf } from '../../src/api/role-of.ts';
import { API_ROUTES } from '../../src/api/routes/api-routes.ts';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import type { HoldfastClient } from 'holdfast';
import type { Role } from '../../src/domain/access.ts';
import { allows, ROLES } from '../../src/domain/access.ts';
import { HoldfastError } from 'holdfast';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { unique } from '../ledger/records.ts';
import { apiOn, ask, logged } from './api-on-test.ts';

let access: AccessClient;
let guarded: Hono;
const tokens = new Map<Role, string>();

/** A client that lets nothing through: what gets so far was allowed. */
const REACHED = new HoldfastError('job_closed', 'reached');
const reach = () => Promise.reject(REACHED);
const room = new Proxy(
  {},
  {
    get: (_, name) =>
      // Readers of sessions are iterated.
      name === 'results' ? () => ({ [Symbol.asyncIterator]: () => ({ next: reach }) }) : reach,
  },
);
const client = {
  jobs: room,
  nodes: room,
  sessions: room,
  outbox: room,
  schedules: room,
  resources: room,
  orchestrators: reach,
  sweep: reach,
  payloads: room,
} as unknown as HoldfastClient;

beforeAll(async () => {
  const pool = createPool(inject('databaseUrl'));
  await migrate(pool);
  await pool.end();
  access = await openAccess(inject('databaseUrl'));
  guarded = apiOn({ client, access, asksForTokens: true, log });
  for (const role of ROLES) {
    tokens.set(role, (await access.createToken(unique(role), { role })).token);
  }
});
afterAll(() => access.close());

const { log, lines } = logged();
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The least that each route takes. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /v1/jobs': { kind: 'k', pool: 'p' },
  'POST /v1/jobs/bulk': { jobs: [{ kind: 'k', pool: 'p' }] },
  'POST /v1/jobs/{id}/move': { pool: 'p' },
  'POST /v1/sessions': { id: 's' },
  'POST /v1/sessions/{id}/close': { count: 1 },
  'POST /v1/nodes/{name}/cordon': { reason: 'r' },
  'POST /v1/nodes/{name}/drain': { reason: 'r' },
  'POST /v1/schedules/diff': { sources: [{ source: 'f', schedules: [] }] },
  'POST /v1/schedules/apply': { sources: [{ source: 'f', schedules: [] }] },
  'POST /v1/schedules/{name}/revert': { to: 1 },
  'POST /v1/schedules': { name: 's', kind: 'k', pool: 'p' },
  'PUT /v1/schedules/{name}': { kind: 'k', pool: 'p' },
  'POST /v1/schedules/{name}/pause': { reason: 'r' },
  'POST /v1/schedules/{name}/backfill': { from: '2026-06-01T00:00Z', to: '2026-06-02T00:00Z' },
  'POST /v1/schedules/{name}/retry': { time: '2026-06-01T00:00Z' },
  'PUT /v1/resources/{name}': { capacity: 1 },
};

describe.each(API_ROUTES.map((route) => [operationOf(route), route] as const))(
  '%s',
  (name, route) => {
    const query = name === 'DELETE /v1/nodes/{name}' ? '?reason=r' : '';
    const call = `${name.replaceAll(/\{\w+\}/g, 'x')}${query}`;

    it.each(ROLES)('is answered as the table says to a token of the role %s', async (role) => {
      const { status, body } = await ask(guarded, call, BODIES[name], bearer(tokens.get(role)!));
      if (allows(role, roleOf(route))) {
        // Some answer by themselves what the client refuses.
        if (body['code'] === undefined) expect(status).toBe(200);
        else expect(body['code']).toBe('job_closed');
      } else {
        expect(body).toMatchObject({ status: 403, code: 'forbidden', details: { role } });
      }
    });

    it('is answered to nobody without a token', async () => {
      const { status, body, headers } = await ask(guarded, call, BODIES[name]);
      expect(status).toBe(401);
      expect(body['code']).toBe('unauthorized');
      expect(headers.get('www-authenticate')).toBe('Bearer');
    });

    if (route.method === 'get' || route.changesNothing === true) return;
    it('is on record with who asked and what came of it', async () => {
      await ask(guarded, call, BODIES[name], bearer(tokens.get('admin')!));
      const [entry] = await access.listAudit({ limit: 1 });
      expect(entry).toMatchObject({ role: 'admin', what: name });
      expect(['job_closed', 'done']).toContain(entry?.outcome);
      await ask(guarded, call, BODIES[name], bearer(tokens.get('read')!));
      const [refused] = await access.listAudit({ limit: 1 });
      expect(refused).toMatchObject({ role: 'read', what: name, outcome: 'forbidden' });
    });
  },
);

test.each([
  'Bearer',
  'Bearer ',
  'Bearer hf_x',
  'Basic aGk6aG8=',
  `Bearer hf_${'A'.repeat(43)}`,
  'Bearer \u0000',
])('a wrong header is refused: %j', async (authorization) => {
  // A header with such a byte never arrives.
  if (authorization.includes('\u0000')) return;
  expect((await ask(guarded, 'GET /v1/jobs', undefined, { authorization })).status).toBe(401);
});

test('a token that is revoked or expired is refused', async () => {
  const revoked = await access.createToken(unique('t'), { role: 'read' });
  await access.revokeToken(revoked.name);
  const expired = await access.createToken(unique('t'), { role: 'read', expires: 1 });
  for (const { token } of [revoked, expired]) {
    expect((await ask(guarded, 'GET /v1/jobs', undefined, bearer(token))).status).toBe(401);
  }
});

test('health and the document need no token', async () => {
  const api = guarded;
  expect((await ask(api, 'GET /livez')).status).toBe(200);
  expect((await ask(api, 'GET /openapi.json')).status).toBe(200);
  expect((await api.request('/docs')).status).toBe(200);
  expect((await ask(api, 'GET /readyz')).body).toEqual({ status: 'not ready', reason: 'reached' });
});

test('nothing is changed that the ledger takes no record of', async () => {
  const away = new HoldfastError('ledger_unavailable', 'away');
  const deaf = { ...access, startAudit: () => Promise.reject(away) };
  const api = apiOn({ client, access: deaf, asksForTokens: true });
  const { body } = await ask(api, 'POST /v1/jobs/x/retry', undefined, bearer(tokens.get('admin')!));
  expect(body['code']).toBe('ledger_unavailable');
});

test('who calls too often waits, and so does who has no token', async () => {
  const api = createApi({
    client,
    access,
    asksForTokens: true,
    configuredSchedules: () => Promise.resolve([]),
    requestsPerSecond: 1,
    webUiOrigins: [],
    version: '0',
    log,
    closing: new AbortController().signal,
  });
  for (const headers of [{}, bearer(tokens.get('read')!)]) {
    const answers = [];
    for (let i = 0; i < 8; i++) answers.push(await ask(api, 'GET /v1/outbox', undefined, headers));
    const limited = answers.find(({ status }) => status === 429);
    expect(limited?.body['code']).toBe('rate_limited');
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

test('a page of another origin is refused where access is off', async () => {
  const api = apiOn({ client, access });
  const { body } = await ask(api, 'POST /v1/jobs/x/retry', undefined, {
    host: '127.0.0.1',
    origin: 'http://evil.example',
  });
  expect(body['code']).toBe('forbidden');
});

test('no token ever reached the log', () => {
  const text = lines.join('');
  expect(text).not.toBe('');
  for (const token of tokens.values()) expect(text).not.toContain(token);
  expect(text).not.toContain('hf_');
});
