import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { apiOn, ask, logged } from './api-on-test.ts';

let fleet: Fleet;
let access: AccessClient;
let api: Hono;

beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  await fleet.startNode('a');
  access = await openAccess(fleet.databaseUrl);
  api = apiOn({ client: fleet.client, access });
});
afterAll(async () => {
  await access.close();
  await fleet.stop();
});

const job = (fields: object = {}) => ({ kind: 'echo', pool: 'test', input: 1, ...fields });
const place = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`;

/** The events of a stream that ends, as [name, data]. */
async function eventsOf(path: string, headers = {}): Promise<[string, Record<string, unknown>][]> {
  const response = await api.request(path, { headers });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return [...(await response.text()).matchAll(/event: (\w+)\n(?:id: .*\n)?data: (.*)\n\n/g)].map(
    ([, event, data]) => [event!, JSON.parse(data!) as Record<string, unknown>],
  );
}

test('a job is submitted, known again, shown, explained, and its result awaited', async () => {
  const id = `a/b ?#%2F ${randomUUID()}`;
  const submitted = await ask(api, 'POST /v1/jobs', job({ id }));
  expect(submitted).toMatchObject({ status: 201, body: { id, generation: 1, isNew: true } });
  expect(await ask(api, 'POST /v1/jobs', job({ id }))).toMatchObject({ status: 200 });
  const result = await ask(api, `GET ${place(id)}/result?waitMs=50000`);
  expect(result).toMatchObject({ status: 200, body: { id, result: { value: 1, node: 'a' } } });
  const shown = await ask(api, `GET ${place(id)}`);
  expect(shown.body).toMatchObject({ id, state: 'succeeded', attempts: [{ epoch: 1, node: 'a' }] });
  const { body } = await ask(api, `GET ${place(id)}/explain`);
  expect(body).toMatchObject({ job: { id }, source: 'temporal', isWhole: true });
  const events = await eventsOf(`${place(id)}/events`);
  expect(events.map(([event]) => event)).toEqual(['state', 'closed']);
});

test('the idempotency key is the id of a job that names none', async () => {
  const key = randomUUID();
  const headers = { 'Idempotency-Key': key };
  const first = await ask(api, 'POST /v1/jobs', job(), headers);
  expect(first).toMatchObject({ status: 201, body: { id: key } });
  expect(await ask(api, 'POST /v1/jobs', job(), headers)).toMatchObject({
    status: 200,
    body: { id: key, isNew: false },
  });
});

test('a running job is followed until it is cancelled', async () => {
  const id = randomUUID();
  await ask(api, 'POST /v1/jobs', job({ id, kind: 'hold', input: fleet.hold('never') }));
  expect(await ask(api, `GET ${place(id)}/result`)).toMatchObject({ status: 202 });
  const following = eventsOf(`${place(id)}/events`);
  await eventually(
    async () => (await fleet.client.jobs.get(id)).live?.phase === 'running' || undefined,
  );
  expect(await ask(api, `POST ${place(id)}/move`, { pool: 'test' })).toMatchObject({ status: 409 });
  const cancelled = await ask(api, `POST ${place(id)}/cancel`, { wait: '40s' });
  expect(cancelled.body).toMatchObject({ id, requested: true, state: 'cancelled' });
  expect((await following).at(-1)).toMatchObject(['closed', { id, state: 'cancelled' }]);
  expect(await ask(api, `GET ${place(id)}/result`)).toMatchObject({
    status: 409,
    body: { code: 'job_cancelled', type: 'urn:holdfast:error:job_cancelled' },
  });
  expect(await ask(api, `POST ${place(id)}/retry`)).toMatchObject({
    status: 201,
    body: { generation: 2 },
  });
  await ask(api, `POST ${place(id)}/cancel`);
});

test.each(['API stops', 'caller goes'])(
  'a wait for a result is over when the %s',
  async (which) => {
    const isStop = which === 'API stops';
    const id = randomUUID();
    await ask(api, 'POST /v1/jobs', job({ id, kind: 'hold', input: fleet.hold('never') }));
    const gone = new AbortController();
    const { log, lines } = logged();
    const parts = { client: fleet.client, access, log };
    const ending = apiOn(isStop ? { ...parts, closing: gone.signal } : parts);
    const path = `${place(id)}/result?waitMs=50000`;
    const waiting = ending.request(path, isStop ? {} : { signal: gone.signal });
    setTimeout(() => gone.abort('gone'), 1_000);
    const response = await waiting;
    expect([response.status, await response.json()]).toEqual([202, { id, state: 'open' }]);
    expect(lines.join('')).not.toContain('api.failed');
    await ask(api, `POST ${place(id)}/cancel`);
  },
);

test('a job that failed tells how', async () => {
  const { body } = await ask(api, 'POST /v1/jobs', job({ kind: 'fatal' }));
  const failed = await ask(api, `GET ${place(String(body['id']))}/result?waitMs=50000`);
  expect(failed).toMatchObject({ status: 422, body: { code: 'job_failed' } });
  expect(failed.headers.get('content-type')).toBe('application/problem+json');
});

test('a job of a bulk submit without an id gets one of the idempotency key', async () => {
  const key = randomUUID();
  const own = randomUUID();
  const send = () =>
    ask(
      api,
      'POST /v1/jobs/bulk',
      { jobs: [job(), job({ id: own }), job()] },
      { 'Idempotency-Key': key },
    );
  const ids = [`${key}/0`, own, `${key}/2`];
  expect((await send()).body['answers']).toMatchObject(ids.map((id) => ({ id, isNew: true })));
  expect((await send()).body['answers']).toMatchObject(ids.map((id) => ({ id, isNew: false })));
  const long = { 'Idempotency-Key': 'k'.repeat(196) };
  expect(await ask(api, 'POST /v1/jobs/bulk', { jobs: [job()] }, long)).toMatchObject({
    status: 400,
  });
});

test('each job of a bulk submit is answered by itself', async () => {
  const id = randomUUID();
  await ask(api, 'POST /v1/jobs', job({ id }));
  const jobs = [job(), job({ id, dedupe: 'reject' }), job({ input: 3 })];
  const { status, body } = await ask(api, 'POST /v1/jobs/bulk', { jobs });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: {
      submitted: 2,
      failed: 1,
      answers: [
        { index: 0, isNew: true },
        { index: 1, id, error: { code: 'job_exists' } },
        { index: 2, isNew: true },
      ],
    },
  });
});

test('jobs are listed page by page, by filter', async () => {
  const session = randomUUID();
  for (const index of [0, 1, 2])
    await ask(api, 'POST /v1/jobs', job({ session: { id: session, index } }));
  await eventually(
    async () => (await fleet.client.sessions.get(session)).slots.released === 3 || undefined,
  );
  const first = await ask(api, `GET /v1/jobs?session=${session}&state=succeeded&limit=2`);
  expect(first.body['jobs']).toHaveLength(2);
  const cursor = String(first.body['cursor']);
  const query = `session=${session}&state=succeeded&limit=2&cursor=${cursor}`;
  const second = await ask(api, `GET /v1/jobs?${query}`);
  expect(second.body['jobs']).toHaveLength(1);
  expect(second.body['cursor']).toBeUndefined();
});

test('a session is created, read, followed and closed', async () => {
  const id = `s/${randomUUID()}`;
  const path = `/v1/sessions/${encodeURIComponent(id)}`;
  const rules = { id, gap: { skipAfter: '1h' } };
  expect(await ask(api, 'POST /v1/sessions', rules)).toMatchObject({ status: 200 });
  expect(await ask(api, 'POST /v1/sessions', { id })).toMatchObject({ status: 409 });
  for (const index of [0, 1, 2]) {
    await ask(api, 'POST /v1/jobs', job({ input: index, session: { id, index } }));
  }
  expect((await ask(api, `POST ${path}/close`, { count: 3 })).body).toMatchObject({ count: 3 });
  const events = await eventsOf(`${path}/tail`);
  expect(events.map(([event, { index }]) => [event, index])).toEqual([
    ['item', 0],
    ['item', 1],
    ['item', 2],
    ['end', undefined],
  ]);
  const rest = await eventsOf(`${path}/tail?after=0`, { 'Last-Event-ID': '1' });
  expect(rest.map(([, { index }]) => index)).toEqual([2, undefined]);
  const { body } = await ask(api, `GET ${path}/results?after=0&limit=1`);
  expect(body).toMatchObject({ after: 1, items: [{ index: 1, state: 'succeeded' }] });
  expect(await ask(api, `GET ${path}/results?after=7`)).toMatchObject({ status: 400 });
  expect(await ask(api, `GET ${path}/tail?after=7`)).toMatchObject({ status: 400 });
  expect((await ask(api, 'GET /v1/sessions?state=ended')).status).toBe(200);
});

test('nodes are listed, cordoned and enabled in the name of the caller', async () => {
  const order = await ask(api, 'POST /v1/nodes/a/cordon', { reason: 'a new disk' });
  expect(order.body).toMatchObject({
    mode: { mode: 'cordoned', by: 'local', reason: 'a new disk' },
  });
  expect((await ask(api, 'GET /v1/nodes?mode=cordoned')).body).toMatchObject({
    nodes: [{ name: 'a', state: 'online' }],
  });
  expect((await ask(api, 'POST /v1/nodes/a/enable')).body).toMatchObject({
    mode: { mode: 'enabled' },
  });
  expect((await ask(api, 'GET /v1/nodes/a')).body['events']).toBeInstanceOf(Array);
  expect(await ask(api, 'POST /v1/nodes/b/drain', { reason: 'r' })).toMatchObject({ status: 404 });
  expect((await ask(api, 'POST /v1/pools/test/resume')).body).toEqual({
    pool: 'test',
    resumed: false,
  });
});

test('the outbox is listed, and only dead rows are changed', async () => {
  expect((await ask(api, 'GET /v1/outbox')).body).toMatchObject({ rows: [], counts: { dead: 0 } });
  expect(await ask(api, 'DELETE /v1/outbox/none')).toMatchObject({ status: 404 });
  expect(await ask(api, 'POST /v1/outbox/none/retry')).toMatchObject({ status: 404 });
});

test.each([
  ['GET /v1/jobs?limit=0', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs?limit=1&limit=2', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs?nonsense=1', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs?cursor=x', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs?kind=%00', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs/%00', undefined, 400, 'invalid_input'],
  ['GET /v1/jobs/unknown', undefined, 404, 'job_not_found'],
  ['GET /v1/jobs/unknown/events', undefined, 404, 'job_not_found'],
  ['GET /v1/sessions/unknown/tail', undefined, 404, 'session_not_found'],
  ['POST /v1/jobs', '{', 400, 'invalid_input'],
  ['POST /v1/jobs', {}, 400, 'invalid_input'],
  ['POST /v1/jobs', { kind: 'k', pool: 'p', id: '\ud800' }, 400, 'invalid_input'],
  [
    'POST /v1/jobs',
    { kind: 'k', pool: 'p', input: 'x'.repeat(2_000_001) },
    413,
    'payload_too_large',
  ],
  [
    'POST /v1/jobs',
    { kind: 'k', pool: 'p', input: 'x'.repeat(5_000_000) },
    413,
    'request_too_large',
  ],
  ['PUT /v1/jobs', undefined, 405, 'method_not_allowed'],
  ['GET /v1/nothing', undefined, 404, 'route_not_found'],
])('%s is refused (%#)', async (call, body, status, code) => {
  const answer = await ask(api, call, body);
  expect(answer.body).toMatchObject({ status, code, type: `urn:holdfast:error:${code}` });
  expect(answer.status).toBe(status);
});

test('a path of its own allows what the document has for it, and not what a parameter there would', async () => {
  const { status, headers } = await ask(api, 'PUT /v1/jobs/bulk');
  expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  expect((await ask(api, 'PUT /v1/jobs/x')).headers.get('allow')).toBe('GET');
});

test('a body that is not said to be JSON is refused', async () => {
  const response = await api.request('/v1/jobs', { method: 'POST', body: '{}' });
  expect(response.status).toBe(415);
});

test('the process is ready while its servers answer', async () => {
  expect(await ask(api, 'GET /readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
});
