import { defaultPayloadConverter } from '@temporalio/common';
import type { HoldfastClient } from 'holdfast';
import { describe, expect, test } from 'vitest';
import { EncryptionCodec } from '../../dist/codec/encryption-codec.js';
import { generateKey, Keyring } from '../../dist/codec/keyring.js';
import { createPayloadsClient } from '../../dist/client/payloads.js';
import type { AccessClient } from '../../dist/client/access.js';
import type { Token } from '../../dist/domain/access.js';
import { apiOn, ask } from './api-on-test.ts';

const UI = 'https://temporal.example.com';
const KEYS = generateKey('k1');

function apiWith(keys: string, asksForTokens = false) {
  const payloads = createPayloadsClient(new EncryptionCodec(new Keyring({ keys })));
  const roles: Record<string, Partial<Token>> = { r: { role: 'read' }, s: { role: 'submit' } };
  const access = {
    identify: (token: string) => Promise.resolve(roles[token]),
    startAudit: () => Promise.reject(new Error('nothing changes')),
  } as unknown as AccessClient;
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
    const call = (path: string, token?: string) =>
      ask(api, path, { payloads: [] }, token ? { authorization: `Bearer ${token}` } : {});
    expect((await call('POST /codec/decode')).status).toBe(401);
    expect((await call('POST /codec/decode', 'r')).status).toBe(200);
    expect((await call('POST /codec/encode', 's')).status).toBe(200);
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
