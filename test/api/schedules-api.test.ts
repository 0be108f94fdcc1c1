import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { apiOn, ask } from './api-on-test.ts';

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

const fields = { kind: 'echo', pool: 'test', cron: '0 2 * * *', timezone: 'Europe/Berlin' };

/** A new schedule, and its place. */
async function created(given: object = {}): Promise<{ name: string; place: string }> {
  const name = `n/${randomUUID()}`;
  const { status } = await ask(api, 'POST /v1/schedules', { ...fields, ...given, name });
  expect(status).toBe(201);
  return { name, place: `/v1/schedules/${encodeURIComponent(name)}` };
}

test('a schedule is created once, shown with its revision, listed and removed', async () => {
  const { name, place } = await created();
  expect(await ask(api, 'POST /v1/schedules', { ...fields, name })).toMatchObject({
    status: 409,
    body: { code: 'schedule_exists' },
  });
  const shown = await ask(api, `GET ${place}`);
  expect(shown).toMatchObject({ status: 200, body: { name, revision: 1, document: fields } });
  expect(shown.headers.get('etag')).toBe('"1"');
  const { body } = await ask(api, 'GET /v1/schedules');
  expect(body['schedules']).toContainEqual(expect.objectContaining({ name }));
  expect(await ask(api, `DELETE ${place}`)).toMatchObject({ status: 200, body: { name } });
  expect(await ask(api, `GET ${place}`)).toMatchObject({ status: 404 });
  expect((await ask(api, `GET ${place}/revisions`)).body).toMatchObject({
    revisions: [
      { revision: 2, by: 'local', how: 'remove' },
      { revision: 1, by: 'local', how: 'create', document: fields },
    ],
  });
});

test('an edit made from an older revision is refused, and one that is put is only the same once', async () => {
  const { place } = await created();
  const edit = { cron: '0 3 * * *', timezone: null };
  const ifMatch = (revision: string) => ({ 'If-Match': revision });
  const edited = await ask(api, `PATCH ${place}`, edit, ifMatch('"1"'));
  expect(edited).toMatchObject({ status: 200, body: { kind: 'changed' } });
  expect(edited.headers.get('etag')).toBe('"2"');
  const { document } = edited.body['schedule'] as { document: object };
  expect(document).toMatchObject({ cron: '0 3 * * *' });
  expect(document).not.toHaveProperty('timezone');
  const refused = {
    status: 412,
    body: { code: 'schedule_changed', details: { expected: 1, revision: 2 } },
  };
  expect(await ask(api, `PATCH ${place}`, edit, ifMatch('1'))).toMatchObject(refused);
  expect(await ask(api, `PUT ${place}`, fields, ifMatch('"1"'))).toMatchObject(refused);
  expect(await ask(api, `DELETE ${place}`, undefined, ifMatch('"1"'))).toMatchObject(refused);
  const isNew = { 'If-None-Match': '*' };
  expect(await ask(api, `PUT ${place}`, fields, isNew)).toMatchObject({ status: 409 });
  for (const kind of ['changed', 'unchanged']) {
    expect(await ask(api, `PUT ${place}`, fields)).toMatchObject({ status: 200, body: { kind } });
  }
  const other = `/v1/schedules/${randomUUID()}`;
  expect(await ask(api, `PUT ${other}`, fields, isNew)).toMatchObject({ status: 201 });
});

test('a pause is with a reason and in the name of the caller, and ends by a policy', async () => {
  const { name, place } = await created();
  const paused = await ask(api, `POST ${place}/pause`, { reason: 'a new disk' });
  expect(paused.body).toMatchObject({
    schedule: { name, paused: { by: 'local', reason: 'a new disk' } },
    warnings: [],
  });
  for (const wrong of [{}, { reason: ' ' }, { reason: 'a\0b' }]) {
    expect(await ask(api, `POST ${place}/pause`, wrong)).toMatchObject({ status: 400 });
  }
  const resumed = await ask(api, `POST ${place}/resume`, { policy: 'skip' });
  expect(resumed.body).toMatchObject({ schedule: { name } });
  expect(resumed.body['schedule']).not.toHaveProperty('paused');
});

test('a trigger runs now, and its plan is in the history, page by page', async () => {
  const { place } = await created({ scopes: ['eu', 'us'], paused: true });
  const trigger = () =>
    ask(api, `POST ${place}/trigger`, undefined, { 'Idempotency-Key': 'deploy 7' });
  const { body } = await trigger();
  expect(body['plans']).toMatchObject([{ scope: 'eu' }, { scope: 'us' }]);
  expect((await trigger()).body).toEqual(body);
  const history = (query: string) => ask(api, `GET ${place}/history?${query}`);
  await eventually(async () => {
    const plans = (await history('state=SUCCESS')).body['plans'] as unknown[];
    return plans.length === 2 || undefined;
  });
  const first = await history('limit=1');
  expect(first.body['plans']).toMatchObject([{ origin: 'trigger', attempts: [{ node: 'a' }] }]);
  const second = await history(`limit=1&cursor=${String(first.body['cursor'])}`);
  expect(second.body['plans']).toHaveLength(1);
  expect(second.body['plans']).not.toEqual(first.body['plans']);
  expect((await history('scope=eu')).body['plans']).toHaveLength(1);
  expect((await history('until=2026-01-01T00:00:00Z')).body['plans']).toEqual([]);
  expect(await history('state=GONE')).toMatchObject({ status: 400 });
  const ofAnotherList = Buffer.from('[1795970567487000,"a",0]').toString('base64url');
  expect(await history(`cursor=${ofAnotherList}`)).toMatchObject({ status: 400 });
});

test('times of the past are told by a dry run and then run; a failed one is retried', async () => {
  const { name, place } = await created({ kind: 'fatal', timezone: 'UTC', paused: true });
  const range = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' };
  const would = await ask(api, `POST ${place}/backfill`, { ...range, dryRun: true });
  expect(would.body).toMatchObject({
    plans: [{ scope: 'default', time: '2026-06-01T02:00:00.000Z' }],
  });
  expect((await ask(api, `GET ${place}/history`)).body['plans']).toEqual([]);
  const ran = await ask(api, `POST ${place}/backfill`, range);
  expect(ran.body).toEqual(would.body);
  const time = '2026-06-01T02:00:00Z';
  await eventually(async () => {
    const { body } = await ask(api, `GET ${place}/history?state=FAILED`);
    return (body['plans'] as unknown[]).length === 1 || undefined;
  });
  expect(await ask(api, `POST ${place}/retry`, { time })).toMatchObject({
    status: 201,
    body: { jobId: expect.stringContaining(time) as unknown, generation: 2 },
  });
  const none = { time: '2026-06-05T02:00:00Z' };
  expect(await ask(api, `POST ${place}/retry`, none)).toMatchObject({
    status: 404,
    body: { code: 'plan_not_found' },
  });
  expect(await fleet.client.schedules.get(name)).toMatchObject({ revision: 1 });
});

test('times to come are told with the zone’s offset and the changes of the clock', async () => {
  const { place } = await created({ cron: '30 2 * * *', timezone: 'America/New_York' });
  const query = 'from=2026-03-08T00:00:00Z&to=2026-03-09T12:00:00Z';
  expect((await ask(api, `GET ${place}/preview?${query}`)).body).toEqual({
    times: [
      { time: '2026-03-08T07:00:00.000Z', local: '2026-03-08T03:00:00-04:00', dst: 'after-gap' },
      { time: '2026-03-09T06:30:00.000Z', local: '2026-03-09T02:30:00-04:00' },
    ],
  });
});

test('a definition that does not hold is refused with the field that is wrong', async () => {
  const put = (given: object) => ask(api, `PUT /v1/schedules/${randomUUID()}`, given);
  const errors = [
    [{ ...fields, cron: '0 0 31 2 *' }, 'schedule.cron'],
    [{ ...fields, timezone: 'Mars/Olympus' }, 'schedule.timezone'],
    [{ ...fields, every: '5m' }, 'schedule'],
    [{ ...fields, priority: 9 }, 'body.priority'],
    [{ ...fields, nonsense: 1 }, 'body'],
  ] as const;
  for (const [given, path] of errors) {
    expect(await put(given)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', details: { path } },
    });
  }
});

test('a resource is set, listed, and removed when nobody holds it', async () => {
  const name = `r/${randomUUID()}`;
  const place = `/v1/resources/${encodeURIComponent(name)}`;
  const list = async () => (await ask(api, 'GET /v1/resources?pool=test')).body['resources'];
  const set = await ask(api, `PUT ${place}?pool=test`, { capacity: 1 });
  expect(set).toMatchObject({ status: 200, body: { name, pool: 'test', capacity: 1, granted: 0 } });
  expect(await list()).toMatchObject([{ name, pool: 'test', held: 0, waiting: 0 }]);
  const gate = fleet.hold('resource');
  const options = { kind: 'hold', pool: 'test', resources: { [name]: 1 }, priority: 2 };
  for (const id of ['holds', 'waits']) {
    await ask(api, 'POST /v1/jobs', { ...options, id, input: gate });
    await eventually(async () => {
      const { live } = await fleet.client.jobs.get(id);
      return live?.phase === (id === 'holds' ? 'running' : 'waiting') || undefined;
    });
  }
  expect((await ask(api, 'GET /v1/pending?pool=test')).body).toMatchObject({
    jobs: [{ id: 'waits', waitsFor: 'resource' }],
  });
  const refused = { status: 409, body: { code: 'resource_in_use' } };
  expect(await ask(api, `DELETE ${place}?pool=test`)).toMatchObject(refused);
  for (const id of ['waits', 'holds']) {
    await ask(api, `POST /v1/jobs/${id}/cancel`, { wait: '40s' });
  }
  expect(await ask(api, `DELETE ${place}?pool=test`)).toMatchObject({ status: 200 });
  expect(await ask(api, `DELETE ${place}?pool=test`)).toMatchObject({ status: 404 });
});

test('a sweep of a ledger that is right finds nothing, dry or not', async () => {
  for (const dryRun of [true, false]) {
    const { status, body } = await ask(api, 'POST /v1/sweep', { dryRun });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { isDryRun: dryRun, recoveries: [], troubles: [], strategies: { pending: {} } },
    });
  }
});

test('files are merged into what was edited, conflicts are told field by field, and a revision comes back', async () => {
  const name = randomUUID();
  const file = (given: object) => ({
    sources: [{ source: `${name}.yaml`, schedules: [{ ...fields, name, ...given }] }],
  });
  const apply = (given: object) => ask(api, 'POST /v1/schedules/apply', file(given));
  expect((await apply({})).body).toMatchObject({
    isApplied: true,
    schedules: [{ name, kind: 'created', revision: 1 }],
  });
  const place = `/v1/schedules/${name}`;
  await ask(api, `PATCH ${place}`, { cron: '0 4 * * *' });
  expect((await apply({ priority: 2 })).body).toMatchObject({
    schedules: [{ kind: 'changed', revision: 3, kept: [{ field: 'cron', live: '0 4 * * *' }] }],
  });
  const { body } = await ask(api, `GET ${place}`);
  expect(body['document']).toMatchObject({ cron: '0 4 * * *', priority: 2 });
  const conflict = { cron: '0 5 * * *', priority: 2 };
  expect((await ask(api, 'POST /v1/schedules/diff', file(conflict))).body).toMatchObject({
    isApplied: false,
    schedules: [{ kind: 'conflict', conflicts: [{ field: 'cron', file: '0 5 * * *' }] }],
  });
  expect(await apply(conflict)).toMatchObject({
    status: 409,
    body: { code: 'schedule_conflict', details: { schedules: [{ kind: 'conflict' }] } },
  });
  const reverted = await ask(api, `POST ${place}/revert`, { to: 1 }, { 'If-Match': '"3"' });
  expect(reverted).toMatchObject({ status: 200, body: { kind: 'changed' } });
  expect((await ask(api, `GET ${place}/revisions`)).body['revisions']).toMatchObject([
    { revision: 4, how: 'revert to 1', by: 'local' },
    { revision: 3, changes: [{ field: 'priority', to: 2 }] },
    { revision: 2, how: 'edit' },
    { revision: 1 },
  ]);
});

// The last one: it takes the orchestrator away.
test('the earlier system’s list is there while an orchestrator is alive, and then says why not', async () => {
  const { name, place } = await created({ timezone: undefined });
  const listed = await ask(api, 'GET /api/v1/scheduler/jobs');
  expect(listed).toMatchObject({ status: 200, body: { message_code: 'SUCCESS' } });
  const job = { id: name, trigger: 'cron 0 2 * * *', paused: false, revision: 1 };
  expect(listed.body['jobs']).toContainEqual(expect.objectContaining(job));
  const { body } = await ask(api, 'GET /v1/orchestrators');
  expect(body['orchestrators']).toMatchObject([{ state: 'online' }]);
  await ask(api, `DELETE ${place}`);
  const killed = (body['orchestrators'] as { identity: string }[])[0]!.identity;
  fleet.orchestrator.signal('SIGKILL');
  const off = await eventually(async () => {
    const answer = await ask(api, 'GET /api/v1/scheduler/jobs');
    return answer.status === 200 ? undefined : answer;
  });
  expect(off).toMatchObject({ status: 409, body: { message_code: 'CONSTRAINT_VIOLATION' } });
  expect(off.body['message']).toContain(`${killed} was heard from last`);
});
