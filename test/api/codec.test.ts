import { defaultPayloadConverter } from '@temporalio/common';
import type { HoldfastClient } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { EncryptionCodec } from '../../dist/codec/encryption-codec.js';
import { generateKey, Keyring } from '../../dist/codec/keyring.js';
import { createPayloadsClient } from '../../dist/client/payloads.js';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import type { Role } from '../../src/domain/access.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { unique } from '../ledger/records.ts';
import { apiOn, ask } from './api-on-test.ts';

const UI = 'https://temporal.example.com';
const KEYS = generateKey('k1');

let access: AccessClient;

beforeAll(async () => {
  const pool = createPool(inject('databaseUrl'));
  await migrate(pool);
  await pool.end();
  access = await openAccess(inject('databaseUrl'));
});
afterAll(() => access.close());

function apiWith(keys: string, asksForTokens = false) {
  const payloads = createPayloadsClient(new EncryptionCodec(new Keyring({ keys })));
  const client = { payloads } as unknown as HoldfastClient;
  return apiOn({ client, access, asksForTokens, webUiOrigins: [UI] });
}

const value = { name: 'Ada' };
const plain = defaultPayloadConverter.toPayload(value);
const PLAIN = {
  metadata: { encoding: Buffer.from(plain.metadata!['encoding']!).toString('base64') },
  data: Buffer.from(plain.data!).toString('base64'),
};

describe('the codec endpoint', () => {
  test('encrypts and decrypts what Temporal sends, and leaves out what it does not know', async () => {
    const api = apiWith(KEYS);
    const sent = { payloads: [{ ...PLAIN, externalPayloads: [] }, PLAIN] };
    const { status, body } = await ask(api, 'POST /codec/encode', sent);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(PLAIN.data);
    expect(body['payloads']).toHaveLength(2);
    expect(await ask(api, 'POST /codec/decode', body)).toMatchObject({
      status: 200,
      body: { payloads: [PLAIN, PLAIN] },
    });
    expect((await ask(api, 'POST /codec/decode', {})).body).toEqual({ payloads: [] });
  });

  test('says which key it lacks', async () => {
    const { body } = await ask(apiWith(KEYS), 'POST /codec/encode', { payloads: [PLAIN] });
    expect(await ask(apiWith(''), 'POST /codec/decode', body)).toMatchObject({
      status: 503,
      body: { code: 'encryption_key_missing', details: { key: 'k1' } },
    });
    expect(await ask(apiWith(generateKey('k1')), 'POST /codec/decode', body)).toMatchObject({
      status: 422,
      body: { code: 'payload_not_decryptable' },
    });
  });

  test('refuses what is no payload', async () => {
    const wrong = { payloads: [{ metadata: { encoding: 'not base64!' } }] };
    expect(await ask(apiWith(KEYS), 'POST /codec/decode', wrong)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input' },
    });
  });

  test('needs a token like any route, and is not audited', async () => {
    const api = apiWith(KEYS, true);
    const tokenOf = async (role: Role) => (await access.createToken(unique(role), { role })).token;
    const call = (path: string, token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return ask(api, path, { payloads: [] }, headers);
    };
    expect((await call('POST /codec/decode')).status).toBe(401);
    const reader = await tokenOf('read');
    expect((await call('POST /codec/decode', reader)).status).toBe(200);
    expect((await call('POST /codec/encode', reader)).status).toBe(403);
    expect((await call('POST /codec/encode', await tokenOf('submit'))).status).toBe(200);
    const audited = await access.listAudit({ limit: 100 });
    expect(audited.filter(({ what }) => what.includes('/codec/'))).toEqual([]);
  });

  test('lets the pages of the Web UI in, errors included, and no others', async () => {
    const api = apiWith(KEYS, true);
    const preflight = await api.request('/codec/decode', {
      method: 'OPTIONS',
      headers: {
        origin: UI,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(UI);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-namespace');
    const answer = await ask(api, 'POST /codec/decode', {}, { origin: UI });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe(UI);
    const other = await ask(api, 'POST /codec/decode', {}, { origin: 'https://evil.example' });
    expect(other.headers.get('access-control-allow-origin')).toBe(null);
  });

  test('where access is off, opens to the Web UI nothing but itself', async () => {
    const api = apiWith(KEYS);
    const headers = { host: '127.0.0.1:8080' };
    const from = (origin: string) => ({ ...headers, origin });
    expect((await ask(api, 'POST /codec/decode', {}, from(UI))).status).toBe(200);
    expect((await ask(api, 'POST /codec/decode', {}, from('https://evil.example'))).status).toBe(
      403,
    );
    expect((await ask(api, 'GET /v1/nodes', undefined, from(UI))).status).toBe(403);
  });
});
