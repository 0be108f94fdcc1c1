import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HoldfastClient } from 'holdfast';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import type { OidcOptions } from '../../dist/api/oidc/oidc-settings.js';
import { oidcSettings } from '../../dist/api/oidc/oidc-settings.js';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { apiOn, ask } from './api-on-test.ts';

/** An OpenID Connect provider on this machine: discovery, keys, and the signing of tokens. */
class Provider {
  readonly asked: string[] = [];
  /** Whether it answers. */
  isUp = true;
  /** What it calls itself. */
  issuer = '';
  #server: Server | undefined;
  #keys: { readonly jwk: JWK; readonly secret: CryptoKey }[] = [];

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      if (!this.isUp) return void response.destroy();
      const body = request.url?.startsWith('/.well-known/')
        ? { issuer: this.issuer, jwks_uri: `${this.#url}/keys` }
        : { keys: this.#keys.map(({ jwk }) => jwk) };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.issuer = this.#url;
    await this.addKey('first');
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  async addKey(kid: string, alg = 'ES256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    this.#keys.push({ jwk, secret: privateKey });
  }

  removeKey(kid: string): void {
    this.#keys = this.#keys.filter(({ jwk }) => jwk.kid !== kid);
  }

  /** A token that is fine, but for what is said. */
  sign(claims: JWTPayload = {}, expires: string | number = '5m'): Promise<string> {
    const { jwk, secret } = this.#keys.at(-1)!;
    return new SignJWT({ sub: 'ada', roles: ['submit'], ...claims })
      .setProtectedHeader({ alg: jwk.alg!, kid: jwk.kid! })
      .setIssuer(claims.iss ?? this.issuer)
      .setAudience(claims.aud ?? 'holdfast')
      .setExpirationTime(expires)
      .sign(secret);
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

const client = {
  nodes: {
    list: () => Promise.resolve([]),
    pauses: () => Promise.resolve([]),
    forget: () => Promise.resolve(),
  },
} as unknown as HoldfastClient;
let access: AccessClient;
let provider: Provider;

beforeAll(async () => {
  const pool = createPool(inject('databaseUrl'));
  await migrate(pool);
  await pool.end();
  access = await openAccess(inject('databaseUrl'));
});
afterAll(() => access.close());
beforeEach(async () => {
  provider = new Provider();
  await provider.start();
  return () => provider.stop();
});

function apiWith(options: Partial<OidcOptions> = {}) {
  const oidc = oidcSettings({ issuer: provider.issuer, audience: 'holdfast', ...options });
  const api = apiOn({ client, access, asksForTokens: true, oidc });
  return (token: string, call = 'GET /v1/nodes') =>
    ask(api, call, undefined, { authorization: `Bearer ${token}` });
}

describe('a token of the provider', () => {
  test('lets its person in, by the highest role that it gives', async () => {
    const call = apiWith();
    expect((await call(await provider.sign())).status).toBe(200);
    expect((await call(await provider.sign({ roles: 'openid read' }))).status).toBe(200);
    const forget = 'DELETE /v1/nodes/x?reason=r';
    expect((await call(await provider.sign(), forget)).status).toBe(403);
    const admin = await provider.sign({ sub: 'grace', roles: ['read', 'admin'] });
    expect((await call(admin, forget)).status).toBe(200);
    const { entries } = (await call(admin, 'GET /v1/audit?limit=2')).body as {
      entries: { who: string; role: string; outcome: string }[];
    };
    expect(entries).toMatchObject([
      { who: 'grace (oidc)', role: 'admin', outcome: 'done' },
      { who: 'ada (oidc)', role: 'submit', outcome: 'forbidden' },
    ]);
  });

  test('needs a role in the claim, by the values that were told', async () => {
    const call = apiWith({ roleClaim: 'realm.groups', roles: { read: 'staff', admin: 'root' } });
    expect((await call(await provider.sign({ realm: { groups: ['staff'] } }))).status).toBe(200);
    const none = await call(await provider.sign({ realm: { groups: ['read'] } }));
    expect(none).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(none.body['detail']).toBe(
      'the token gives no role: expected one of staff, submit, operate, root in the claim realm.groups, got ["read"]',
    );
    const named = apiWith({ roleClaim: 'https://example.com/roles' });
    const token = await provider.sign({ 'https://example.com/roles': 'read' });
    expect((await named(token)).status).toBe(200);
  });

  test('is refused when it is of another issuer, for another audience, over, or nobody’s', async () => {
    const call = apiWith({ clockTolerance: '2s' });
    const now = Math.floor(Date.now() / 1_000);
    const [head, body] = (await provider.sign()).split('.');
    const refused = [
      await provider.sign({ iss: 'https://evil.example' }),
      await provider.sign({ aud: 'another service' }),
      await provider.sign({}, now - 10),
      await provider.sign({ nbf: now + 60 }),
      await provider.sign({ sub: '' }),
      await provider.sign({ sub: 'x'.repeat(300) }),
      await provider.sign({ sub: 'ada\n(token 1)' }),
      `${head}.${body}.${'A'.repeat(86)}`,
      `${head}.${body}.`,
      'a.b.c',
      new UnsecuredJWT({ sub: 'ada', roles: ['admin'] })
        .setIssuer(provider.issuer)
        .setAudience('holdfast')
        .setExpirationTime('5m')
        .encode(),
      await new SignJWT({ sub: 'ada', roles: ['admin'] })
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .setIssuer(provider.issuer)
        .setAudience('holdfast')
        .setExpirationTime('5m')
        .sign(new TextEncoder().encode('a secret that is long enough for HS256')),
    ];
    for (const token of refused) {
      const answer = await call(token);
      expect([token, answer.status, answer.body['code']]).toEqual([token, 401, 'unauthorized']);
      expect(JSON.stringify(answer.body)).not.toContain(token);
    }
    expect((await call(await provider.sign({}, now - 1))).status).toBe(200);
  });

  test('counts for its address as long as it lets nobody in', async () => {
    const oidc = oidcSettings({ issuer: provider.issuer, audience: 'holdfast' });
    const api = apiOn({ client, access, asksForTokens: true, oidc, requestsPerSecond: 1 });
    const authorization = `Bearer ${await provider.sign({ roles: [] })}`;
    const statuses = [];
    for (let each = 0; each < 8; each++) {
      statuses.push((await ask(api, 'GET /v1/nodes', undefined, { authorization })).status);
    }
    expect(statuses[0]).toBe(403);
    expect(statuses).toContain(429);
  });

  test('whose time is over ends the streams that it opened', async () => {
    const oidc = oidcSettings({ issuer: provider.issuer, audience: 'holdfast' });
    const open = { id: 'x', generation: 1, state: 'open' };
    const jobs = { get: () => Promise.resolve(open) };
    const api = apiOn({
      client: { jobs } as unknown as HoldfastClient,
      access,
      asksForTokens: true,
      oidc,
    });
    const authorization = `Bearer ${await provider.sign({}, '5m')}`;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    try {
      const stream = await api.request('/v1/jobs/x/events', { headers: { authorization } });
      const reading = stream.text();
      vi.setSystemTime(Date.now() + 400_000);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await reading).toContain('event: error\ndata: {"code":"unauthorized"');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is taken by those algorithms only that were told', async () => {
    await provider.addKey('rsa', 'RS256');
    const token = await provider.sign();
    expect((await apiWith({ algorithms: ['ES256'] })(token)).status).toBe(401);
    expect((await apiWith()(token)).status).toBe(200);
  });
});

describe('the keys of the provider', () => {
  test('are fetched once, and again when a token names a new one', async () => {
    const call = apiWith();
    for (let each = 0; each < 3; each++) await call(await provider.sign());
    expect(provider.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('that it does not tell refuse a token', async () => {
    const call = apiWith();
    await provider.addKey('gone');
    const token = await provider.sign();
    provider.removeKey('gone');
    expect(await call(token)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  });

  test('are believed while it is away; others are asked for later, and our own tokens work', async () => {
    const call = apiWith();
    const known = await provider.sign();
    expect((await call(known)).status).toBe(200);
    provider.isUp = false;
    await provider.addKey('second');
    const unknown = await provider.sign();
    expect((await call(known)).status).toBe(200);
    const fresh = apiWith();
    const answer = await fresh(unknown);
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'identity_provider_unavailable' },
    });
    expect(answer.body['detail']).toContain(provider.issuer);
    const asked = provider.asked.length;
    // It is left alone for a while.
    expect((await fresh(unknown)).status).toBe(503);
    expect(provider.asked.length).toBe(asked);
    const { token } = await access.createToken(`own-${asked}-${Date.now()}`, { role: 'read' });
    expect((await fresh(token)).status).toBe(200);
  });

  test('of a provider that calls itself otherwise are not taken', async () => {
    const call = apiWith();
    const token = await provider.sign();
    provider.issuer = 'https://other.example';
    const answer = await call(token);
    expect(answer.status).toBe(503);
    expect(answer.body['detail']).toContain('is of the issuer "https://other.example"');
  });
});

describe('the settings', () => {
  const fine = { issuer: 'https://login.example.com', audience: 'holdfast' };

  test.each([
    [{ issuer: 'http://login.example.com' }, 'oidc.issuer: expected an https:// address'],
    [{ issuer: 'login' }, 'oidc.issuer'],
    [{ audience: '' }, 'oidc.audience'],
    [{ algorithms: ['HS256'] }, 'oidc.algorithms: expected some of RS256'],
    [{ algorithms: ['none'] }, 'oidc.algorithms'],
    [{ algorithms: [] }, 'oidc.algorithms'],
    [{ clockTolerance: '1h' as const }, 'oidc.clockTolerance: expected a duration up to 5m'],
    [{ jwksUri: 'ftp://x' }, 'oidc.jwksUri'],
  ])('refuse %o', (wrong, message) => {
    expect(() => oidcSettings({ ...fine, ...wrong })).toThrow(message);
  });
});
