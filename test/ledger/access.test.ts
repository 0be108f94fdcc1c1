import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import { endAudit, listAudit, startAudit } from '../../src/ledger/audit.ts';
import { createPool } from '../../src/ledger/pool.ts';
import {
  createToken,
  anyTokens,
  listTokens,
  revokeToken,
  useToken,
} from '../../src/ledger/tokens.ts';
import { unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const newToken = (name = unique('token'), expiresAt?: Date) => ({
  id: unique('id').slice(-40),
  name,
  role: 'submit' as const,
  hash: hashOf(unique('secret')),
  expiresAt,
});

test('a token is found by its hash until it is revoked', async () => {
  const token = newToken();
  const { id, name, role } = token;
  expect(await createToken(pool, token)).toMatchObject({ id, name, role, revokedAt: undefined });
  expect(await useToken(pool, token.hash)).toMatchObject({ id });
  expect(await useToken(pool, hashOf('another'))).toBeUndefined();
  expect(await anyTokens(pool)).toBe('usable');
  expect((await listTokens(pool)).find((each) => each.id === id)?.lastUsedAt).toBeInstanceOf(Date);
  expect(await revokeToken(pool, name)).toMatchObject({ id });
  expect(await useToken(pool, token.hash)).toBeUndefined();
  expect(await revokeToken(pool, id)).toBeUndefined();
});

test('a call about many is found by each of them, and by nothing else that it says', async () => {
  const [a, b] = [unique('a'), unique('b')];
  const start = { who: 'ci', role: undefined, what: 'POST /v1/jobs/bulk', target: undefined };
  const id = await startAudit(pool, start);
  await endAudit(pool, id, {
    outcome: 'done',
    details: { submitted: 3, targets: [a, b, 'nul\0'] },
  });
  for (const target of [a, b]) {
    expect(await listAudit(pool, { target, limit: 9 })).toMatchObject([{ id, target: undefined }]);
  }
  expect(await listAudit(pool, { target: 'submitted', limit: 9 })).toEqual([]);
});

test('a token that has expired is not found', async () => {
  const token = newToken(undefined, new Date(Date.now() - 1));
  await createToken(pool, token);
  expect(await useToken(pool, token.hash)).toBeUndefined();
});

test('a name belongs to one token at a time', async () => {
  const first = newToken();
  await createToken(pool, first);
  expect(await createToken(pool, newToken(first.name))).toBeUndefined();
  await revokeToken(pool, first.id);
  expect(await createToken(pool, newToken(first.name))).toMatchObject({ name: first.name });
});

test('an id goes before a name when a token is revoked', async () => {
  const first = newToken();
  await createToken(pool, first);
  const second = newToken(first.id);
  await createToken(pool, second);
  expect(await revokeToken(pool, first.id)).toMatchObject({ id: first.id });
  expect(await revokeToken(pool, first.id)).toMatchObject({ id: second.id });
});

test('what came of a call is on record once', async () => {
  const target = unique('job');
  const start = { who: 'ci', role: 'submit' as const, what: 'POST /v1/jobs', target: undefined };
  const id = await startAudit(pool, start);
  const [started] = await listAudit(pool, { limit: 1, before: id + 1 });
  expect(started).toMatchObject({ ...start, id, outcome: 'started' });
  await endAudit(pool, id, { outcome: 'done', target, details: { kind: 'k\0' } });
  await endAudit(pool, id, { outcome: 'internal' });
  const entries = await listAudit(pool, { target, limit: 10 });
  expect(entries).toMatchObject([{ id, target, outcome: 'done', details: { kind: 'k\0' } }]);
});

test.each([{ hash: 'x' }, { role: 'root' }, { name: '' }])(
  'the table refuses a token with %o',
  async (wrong) => {
    const token = { ...newToken(), ...wrong } as ReturnType<typeof newToken>;
    await expect(createToken(pool, token)).rejects.toMatchObject({ code: '23514' });
  },
);
