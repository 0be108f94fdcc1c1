import type { HoldfastClient } from 'holdfast';
import { expect, test } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { apiOn, ask } from './api-on-test.ts';

/** Tokens that it knows, and how often it was asked for one. */
function accessOf(...good: string[]) {
  const asked: string[] = [];
  const access = {
    identify: (token: string) => {
      asked.push(token);
      const is = { id: token, name: token, role: 'read', expiresAt: undefined };
      return Promise.resolve(good.includes(token) ? is : undefined);
    },
  } as unknown as AccessClient;
  return { access, asked };
}

const client = {
  outbox: { list: () => Promise.resolve([]), counts: () => Promise.resolve({}) },
} as unknown as HoldfastClient;

function apiFor(access: AccessClient) {
  const api = apiOn({ client, access, asksForTokens: true, requestsPerSecond: 1 });
  return async (token: string) =>
    (await ask(api, 'GET /v1/outbox', undefined, { authorization: `Bearer ${token}` })).status;
}

test('a flood of made-up tokens ends before the ledger, and holds up no caller who is known', async () => {
  const { access, asked } = accessOf('good');
  const call = apiFor(access);
  expect(await call('good')).toBe(200);
  const statuses = [];
  for (let each = 0; each < 40; each++) statuses.push(await call(`made-up-${each}`));
  expect(statuses.slice(0, 2)).toEqual([401, 401]);
  expect(statuses).toContain(429);
  expect(asked.length).toBeLessThan(20);
  expect(await call('good')).toBe(200);
});

test('honest callers of one address do not use up what it may try', async () => {
  const tokens = Array.from({ length: 20 }, (_, each) => `good-${each}`);
  const call = apiFor(accessOf(...tokens).access);
  for (const token of tokens) expect(await call(token)).toBe(200);
  expect(await call('made-up')).toBe(401);
});

test('many who ask whether it is ready get one look at the servers', async () => {
  let looks = 0;
  const list = () => Promise.resolve(void looks++);
  const api = apiOn({ ...accessOf(), client: { jobs: { list } } as unknown as HoldfastClient });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(api, 'GET /readyz')));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(looks).toBe(1);
});
