import type { HoldfastClient } from 'holdfast';
import type { Hono } from 'hono';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { apiOn } from './api-on-test.ts';

/** The tokens that may be used. */
const good = new Set<string>();
const access = {
  identify: (token: string) => {
    const is = { id: token, name: token, role: 'read', expiresAt: undefined };
    return Promise.resolve(good.has(token) ? is : undefined);
  },
} as unknown as AccessClient;

const job = { id: 'x', generation: 1, state: 'open' };
/** Of a job that goes on for ever. */
const client = { jobs: { get: () => Promise.resolve(job) } } as unknown as HoldfastClient;

let api: Hono;
beforeEach(() => {
  good.clear();
  for (const token of ['a', 'b']) good.add(token);
  api = apiOn({ client, access, asksForTokens: true });
});
afterEach(() => void vi.useRealTimers());

const open = async (token: string): Promise<Response> =>
  api.request('/v1/jobs/x/events', { headers: { authorization: `Bearer ${token}` } });

test('a stream ends when its token is revoked, and one whose token still counts goes on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const revoked = await open('a');
  const kept = await open('b');
  const reading = revoked.text();
  await vi.advanceTimersByTimeAsync(10_000);
  good.delete('a');
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await reading).toMatch(/event: error\ndata: \{"code":"unauthorized",.*\}\n\n$/);
  expect(await isOver(kept)).toBe(false);
  await kept.body?.cancel();
});

test('a stream goes on while nobody can say whether its token counts', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const identify = vi.spyOn(access, 'identify');
  const kept = await open('a');
  identify.mockRejectedValue(new Error('the ledger is away'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(identify.mock.calls.length).toBeGreaterThan(1);
  expect(await isOver(kept)).toBe(false);
  identify.mockRestore();
  await kept.body?.cancel();
});

test('a caller may have 250 streams open, and others have theirs', async () => {
  const streams = await Promise.all(Array.from({ length: 250 }, () => open('a')));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  const refused = await open('a');
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
  const other = await open('b');
  expect(other.status).toBe(200);
  await streams.pop()?.body?.cancel();
  streams.push(other, await open('a'));
  expect(streams.at(-1)?.status).toBe(200);
  await Promise.all(streams.map(async ({ body }) => body?.cancel()));
});

test('a job of which nothing is new is looked at less and less often', async () => {
  const looks: number[] = [];
  const get = () => {
    looks.push(performance.now());
    return Promise.resolve({ ...job, state: looks.length > 5 ? 'succeeded' : 'open' });
  };
  api = apiOn({ client: { jobs: { get } } as unknown as HoldfastClient, access });
  const response = await api.request('/v1/jobs/x/events');
  expect(await response.text()).toContain('event: closed');
  // Timers may fire a little early.
  expect(looks[4]! - looks[3]!).toBeGreaterThan(1_900);
  expect(looks[5]! - looks[4]!).toBeGreaterThan(1_900);
});

/** Whether a stream has ended, by what is there to read now. */
async function isOver({ body }: Response): Promise<boolean> {
  const reader = body!.getReader();
  try {
    for (;;) {
      const nothing = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
      const next = await Promise.race([reader.read(), nothing]);
      if (next === undefined) return false;
      if (next.done) return true;
    }
  } finally {
    reader.releaseLock();
  }
}
