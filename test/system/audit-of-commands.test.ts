import { writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ROUTE_ROLES } from '../../src/api/route-roles.ts';
import type { AccessClient } from '../../src/client/access.ts';
import { openAccess } from '../../src/client/access.ts';
import type { AuditEntry } from '../../src/domain/access.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { Fleet } from '../support/fleet.ts';

const ME = `${userInfo().username}@${hostname()}`;
const SECRET = 'never in the audit';

let fleet: Fleet;
let access: AccessClient;
beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  access = await openAccess(fleet.databaseUrl);
  await fleet.startNode('n1');
});
afterAll(async () => {
  await access?.close();
  await fleet?.stop();
});

async function run(line: string, stdin = '') {
  const { namespace: TEMPORAL_NAMESPACE, databaseUrl: DATABASE_URL, folder: cwd } = fleet;
  const TEMPORAL_ADDRESS = inject('temporalAddress');
  const env = { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, DATABASE_URL };
  return runHoldfast(line.split(' '), { env, cwd, stdin });
}

/** Runs a command line and answers what it left in the audit, the first first. */
async function audit(line: string, stdin = ''): Promise<readonly AuditEntry[]> {
  const [before] = await access.listAudit({ limit: 1 });
  await run(line, stdin);
  const entries = await access.listAudit({ limit: 10 });
  expect(JSON.stringify(entries)).not.toContain(SECRET);
  return entries.filter(({ id }) => id > (before?.id ?? 0)).reverse();
}

function done(what: string, target?: string, details?: object) {
  return { who: ME, role: undefined, what, target, outcome: 'done', details };
}
function refused(what: string, target: string | undefined, outcome: string) {
  return { ...done(what, target), outcome };
}

/** Each is expected to leave just these entries. */
async function expectAudit(line: string, ...entries: object[]): Promise<void> {
  const left = await audit(line);
  expect({ line, entries: left }).toMatchObject({ line, entries });
  const operations = left.map(({ what }) => what).filter((what) => what.includes('/v1/'));
  for (const what of operations) expect(ROUTE_ROLES).toHaveProperty([what]);
}

test('submits are on record, and never what is submitted', async () => {
  const file = join(fleet.folder, 'input.json');
  await writeFile(file, JSON.stringify(SECRET));
  await expectAudit(
    `submit echo --pool test --id job-1 --input @${file} --wait`,
    done('POST /v1/jobs', 'job-1', { kind: 'echo', pool: 'test', generation: 1, isNew: true }),
  );
  const [unnamed] = await audit('submit echo --pool test --input 1');
  expect(unnamed?.target).toMatch(/^[0-9a-f-]{36}$/);
  const lines = `{"id":"a","input":"${SECRET}"}\n{"id":"b"}\n`;
  expect(await audit('submit echo --pool test --many -', lines)).toMatchObject([
    done('POST /v1/jobs/bulk', undefined, { kind: 'echo', submitted: 2 }),
  ]);
  expect(await audit('submit echo --pool test --many -', '{"id":"c"}\n{"id":1}\n')).toMatchObject([
    {
      ...refused('POST /v1/jobs/bulk', undefined, 'invalid_input'),
      details: { submitted: 1, failed: 1 },
    },
  ]);
});

test('commands that order jobs about are on record, also those that are refused', async () => {
  const job = await fleet.client.jobs.submit('echo', 1, { pool: 'test', id: 'job-2' });
  await job.result();
  await expectAudit(
    'jobs retry job-2',
    done('POST /v1/jobs/{id}/retry', 'job-2', { generation: 2 }),
  );
  await fleet.client.jobs.result('job-2');
  await expectAudit(
    'jobs move job-2 --node n1',
    refused('POST /v1/jobs/{id}/move', 'job-2', 'job_closed'),
  );
  await expectAudit(
    'jobs cancel job-2',
    done('POST /v1/jobs/{id}/cancel', 'job-2', { requested: false, state: 'succeeded' }),
  );
  await expectAudit(
    'jobs cancel job-9',
    refused('POST /v1/jobs/{id}/cancel', 'job-9', 'job_not_found'),
  );
  await expectAudit(
    'outbox retry --all',
    done('POST /v1/outbox/{id}/retry', undefined, { rows: 0, targets: [] }),
  );
  await expectAudit('outbox drop job-8 job-9', {
    ...refused('DELETE /v1/outbox/{id}', undefined, 'job_not_found'),
    details: { targets: [] },
  });
  await expectAudit('jobs show job-2');
});

test('commands about nodes, resources, sessions and sweeps are on record', async () => {
  const cordon = done('POST /v1/nodes/{name}/cordon', 'n1', { reason: 'hot' });
  await expectAudit('nodes cordon n1 --reason hot --by ann', { ...cordon, who: 'ann' });
  await expectAudit(
    'nodes drain n1 --reason hot --deadline 1s --wait',
    done('POST /v1/nodes/{name}/drain', 'n1', { reason: 'hot', deadline: '1s' }),
  );
  await expectAudit('nodes enable n1', done('POST /v1/nodes/{name}/enable', 'n1', {}));
  await expectAudit(
    'nodes cordon n2 --reason hot',
    refused('POST /v1/nodes/{name}/cordon', 'n2', 'node_not_found'),
  );
  expect(await audit('nodes forget n1 --reason gone')).toMatchObject([
    { what: 'DELETE /v1/nodes/{name}', target: 'n1' },
  ]);
  await expectAudit(
    'nodes resume --pool test',
    done('POST /v1/pools/{pool}/resume', 'test', { resumed: false }),
  );
  await expectAudit(
    'resources set gpu 4 --pool test',
    done('PUT /v1/resources/{name}', 'gpu', { pool: 'test', capacity: 4 }),
  );
  await expectAudit(
    'resources remove gpu --pool test',
    done('DELETE /v1/resources/{name}', 'gpu', { pool: 'test' }),
  );
  await expectAudit(
    'sessions create s1 --skip-after 5s',
    done('POST /v1/sessions', 's1', { gap: { skipAfter: '5s' } }),
  );
  await expectAudit(
    'sessions close s1 --count 0',
    done('POST /v1/sessions/{id}/close', 's1', { count: 0 }),
  );
  await expectAudit('sweep --dry-run');
  await expectAudit(
    'sweep --older-than 1h',
    done('POST /v1/sweep', undefined, { olderThan: '1h' }),
  );
});

test('commands about schedules are on record, and dry runs are not', async () => {
  const nightly = { name: 'nightly', kind: 'echo', pool: 'test', cron: '0 2 * * *', input: SECRET };
  await writeFile(join(fleet.folder, 'jobs.json'), JSON.stringify(nightly));
  const path = (rest = '') => `/v1/schedules/{name}${rest}`;
  const at = 'nightly';
  await expectAudit(
    'schedules put jobs.json',
    done(`PUT ${path()}`, at, { kind: 'created', revision: 1 }),
  );
  await expectAudit('schedules edit nightly --set jitter=1s --by ann', {
    ...done(`PATCH ${path()}`, at, { revision: 2, fields: ['jitter'] }),
    who: 'ann',
  });
  await expectAudit(
    'schedules edit nightly --set jitter=2s --revision 9',
    refused(`PATCH ${path()}`, at, 'schedule_changed'),
  );
  await expectAudit(
    'schedules revert nightly --to 1',
    done(`POST ${path('/revert')}`, at, { to: 1 }),
  );
  await expectAudit(
    'schedules pause nightly --reason move',
    done(`POST ${path('/pause')}`, at, { reason: 'move' }),
  );
  await expectAudit(
    'schedules resume nightly --policy skip',
    done(`POST ${path('/resume')}`, at, { policy: 'skip' }),
  );
  await expectAudit(
    'schedules trigger nightly',
    done(`POST ${path('/trigger')}`, at, { plans: 1 }),
  );
  const range = '--from 2026-06-01T00:00:00Z --to 2026-06-01T12:00:00Z';
  await expectAudit(`schedules backfill nightly ${range} --dry-run`);
  await expectAudit(
    `schedules backfill nightly ${range}`,
    done(`POST ${path('/backfill')}`, at, { plans: 1 }),
  );
  await expectAudit(
    'schedules retry nightly --time 2020-06-01T02:00:00Z',
    refused(`POST ${path('/retry')}`, at, 'plan_not_found'),
  );
  await expectAudit('schedules apply jobs.json --dry-run --on-conflict ours');
  expect(await audit('schedules apply jobs.json --on-conflict ours')).toMatchObject([
    { what: 'POST /v1/schedules/apply', target: undefined, outcome: 'done' },
  ]);
  await expectAudit('schedules reset jobs.json --dry-run');
  expect(await audit('schedules reset jobs.json --by ann')).toMatchObject([
    { what: 'schedules reset', who: 'ann', outcome: 'done' },
  ]);
  await expectAudit('schedules remove nightly', done(`DELETE ${path()}`, at));
});

test('holdfast audit list tells them, by what they are about', async () => {
  await run('resources set db-conn 4');
  await run('resources set db-conn 5 --pool test');
  await run('resources remove db-conn');
  await run('resources remove db-conn');
  const { stdout } = await run('audit list --target db-conn --json');
  const set = { who: ME, role: null, what: 'PUT /v1/resources/{name}', target: 'db-conn' };
  const remove = { ...set, what: 'DELETE /v1/resources/{name}' };
  expect(JSON.parse(stdout)).toMatchObject({
    entries: [
      { ...remove, outcome: 'resource_not_found', details: null },
      { ...remove, outcome: 'done', details: {} },
      { ...set, outcome: 'done', details: { pool: 'test', capacity: 5 } },
      { ...set, outcome: 'done', details: { capacity: 4 } },
    ],
  });
  const { stdout: table } = await run('audit list --target db-conn');
  expect(table).toContain(' resource_not_found');
});
