import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { HoldfastClient } from 'holdfast';
import { HoldfastError } from 'holdfast';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AccessClient } from '../../dist/client/access.js';
import { openAccess } from '../../dist/client/access.js';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { unique } from '../ledger/records.ts';
import { eventually } from '../support/eventually.ts';
import { apiOn, ask, logged } from './api-on-test.ts';

let access: AccessClient;
beforeAll(async () => {
  const pool = createPool(inject('databaseUrl'));
  await migrate(pool);
  await pool.end();
  access = await openAccess(inject('databaseUrl'));
});
afterAll(() => access.close());

const RELOAD = 'POST /api/v1/scheduler/jobs/actions/reload';
const BULK = 'POST /v1/jobs/bulk';

/** A client that submits, and tells so before. */
function submitting(onSubmit: () => void = () => undefined): HoldfastClient {
  const submit = (_kind: string, _input: unknown, { id }: { id: string }) => {
    onSubmit();
    return Promise.resolve({ id, generation: 1, isNew: true, warnings: [] });
  };
  return { jobs: { submit } } as unknown as HoldfastClient;
}

const jobsOf = (ids: readonly string[]) => ids.map((id) => ({ kind: 'k', pool: 'p', id }));
const idsOf = (count: number) => {
  const prefix = unique('job');
  return Array.from({ length: count }, (_, index) => `${prefix}-"${index}"`);
};

test.each(['invalid_input', 'schedule_conflict'] as const)(
  'a reload that is refused as %s is on record so',
  async (code) => {
    const api = apiOn({
      client: {} as HoldfastClient,
      access,
      configuredSchedules: () => Promise.reject(new HoldfastError(code, 'refused')),
    });
    expect(await ask(api, RELOAD)).toMatchObject({ status: 409, body: { code } });
    const [entry] = await access.listAudit({ limit: 1 });
    expect(entry).toMatchObject({ what: RELOAD, outcome: code });
  },
);

test('an apply is found by the schedules that it changed', async () => {
  const [changed, same] = [unique('s'), unique('s')] as [string, string];
  const schedules = [
    { name: changed, kind: 'changed' },
    { name: same, kind: 'unchanged' },
  ];
  const apply = () => Promise.resolve({ isApplied: true, schedules, warnings: [] });
  const api = apiOn({ client: { schedules: { apply } } as unknown as HoldfastClient, access });
  const sources = [{ source: 'f', schedules: [] }];
  for (const call of [RELOAD, 'POST /v1/schedules/apply']) {
    await ask(api, call, call === RELOAD ? undefined : { sources });
    const [entry] = await access.listAudit({ target: changed, limit: 1 });
    expect(entry).toMatchObject({ what: call, outcome: 'done', details: { targets: [changed] } });
  }
  expect(await access.listAudit({ target: same, limit: 1 })).toEqual([]);
});

test('a bulk submit is found by its first 1,000 ids', async () => {
  const ids = idsOf(1_001);
  await ask(apiOn({ client: submitting(), access }), BULK, { jobs: jobsOf(ids) });
  for (const target of [ids[0], ids[999]]) {
    const found = await access.listAudit({ target, limit: 10 });
    expect(found).toMatchObject([{ what: BULK, outcome: 'done', details: { submitted: 1_001 } }]);
  }
  expect(await access.listAudit({ target: ids[1_000], limit: 10 })).toEqual([]);
});

test('a bulk submit that is cut short tells what was not begun, and how many were', async () => {
  const closing = new AbortController();
  let left = 5;
  const client = submitting(() => --left === 0 && closing.abort(new Error('the API stops')));
  const { log, lines } = logged();
  const api = apiOn({ client, access, log, closing: closing.signal });
  const { status, body } = await ask(api, BULK, { jobs: jobsOf(idsOf(200)) });
  const { submitted, failed, answers } = body as {
    submitted: number;
    failed: number;
    answers: { index: number; error?: { code: string } }[];
  };
  expect([status, submitted + failed, answers.length]).toEqual([200, 200, 200]);
  expect(submitted).toBeGreaterThanOrEqual(5);
  expect(answers.at(-1)).toMatchObject({ index: 199, error: { code: 'interrupted' } });
  const [entry] = await access.listAudit({ limit: 1 });
  expect(entry).toMatchObject({ outcome: 'interrupted', details: { submitted, failed } });
  expect(lines.join('')).not.toContain('api.failed');
});

test('a caller who goes away while it sends is no defect', async () => {
  const { log, lines } = logged();
  const { fetch } = apiOn({ client: submitting(), access, log });
  const server = createAdaptorServer({ fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  const head = ['host: 127.0.0.1', 'content-type: application/json', 'content-length: 1000'];
  socket.write(['POST /v1/jobs/bulk HTTP/1.1', ...head, '', '{"jobs":['].join('\r\n'));
  await once(server, 'request');
  socket.destroy();
  await eventually(() => lines.some((line) => /api\.(refused|failed)/.test(line)));
  expect(lines.join('')).toContain('"code":"interrupted"');
  expect(lines.join('')).not.toContain('api.failed');
  server.close();
});
