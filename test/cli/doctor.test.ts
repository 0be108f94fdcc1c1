import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Finding } from '../../dist/domain/doctor/finding.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';

const temporalAddress = inject('temporalAddress');
let fleet: Fleet;
let env: Record<string, string>;
let db: pg.Client;

beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress });
  const { namespace, databaseUrl } = fleet;
  const servers = { TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: namespace };
  env = { ...servers, DATABASE_URL: databaseUrl };
  db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await fleet.stop();
});

/** What it found, by check, and what the command ended with. */
async function examine(changed: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await runHoldfast(['doctor', '--json'], {
    env: { ...env, ...changed },
  });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const found = new Map(findings.map((finding) => [finding.check, finding]));
  const bad = findings.filter(({ severity }) => severity === 'problem').map(({ check }) => check);
  return { exitCode, stderr, found, bad };
}

test('without a node no job runs, and what to type is said', async () => {
  const { exitCode, found, bad, stderr } = await examine();
  expect(bad).toEqual(['nodes.online']);
  expect(found.get('nodes.online')!.todo).toContain('holdfast node --pool');
  expect(exitCode).toBe(16);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'problems_found' } });
});

test('a fleet that is well has no problem, and is shown as lines', async () => {
  await fleet.startNode('doc-1');
  await eventually(async () => (await examine()).exitCode === 0);
  const { found } = await examine();
  expect(found.get('orchestrators.alive')!.what).toMatch(/^1 orchestrator asked for work/);
  expect(found.get('clocks.temporal')!.severity).toBe('ok');
  expect(found.get('settings.partitions')!.severity).toBe('ok');
  const { stdout, exitCode } = await runHoldfast(['doctor'], { env });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ok {7}temporal {7}Temporal at /);
  expect(stdout).toMatch(/\n0 problems, \d+ warnings?, \d+ unknown, \d+ ok\n$/);
});

test('a dead row of the outbox is a problem until it is dropped', async () => {
  const id = randomUUID();
  await db.query(`select holdfast.enqueue('lost', '1', $1)`, [id]);
  await fleet.logged('outbox.dead', { job: id });
  const { exitCode, found } = await examine();
  expect(exitCode).toBe(16);
  expect(found.get('outbox.dead')!.what).toContain(id);
  await runHoldfast(['outbox', 'drop', id], { env });
  expect((await examine()).bad).toEqual([]);
});

test('a job that asks for more than there is waits in vain', async () => {
  const { jobs, resources } = fleet.client;
  await resources.set('gpu-mem-gb', 4);
  const job = await jobs.submit('echo', 1, { pool: 'test', resources: { 'gpu-mem-gb': 9 } });
  await eventually(async () => (await job.get()).live?.waitsFor === 'resource');
  expect((await examine()).found.get('resources.fit')).toMatchObject({
    severity: 'problem',
    todo: expect.stringContaining('holdfast resources set gpu-mem-gb 9') as string,
  });
  await resources.set('gpu-mem-gb', 9);
  await job.result();
});

test('a schema of another version is told, and nothing is read from it', async () => {
  await db.query(`insert into holdfast.migrations (name, run_on) values ('000999_later', now())`);
  const newer = await examine();
  expect(newer).toMatchObject({ exitCode: 11, bad: ['ledger.schema'] });
  expect(newer.found.get('nodes.looked_at')!.severity).toBe('unknown');
  expect(newer.found.get('orchestrators.alive')!.severity).toBe('ok');

  await db.query(
    `update holdfast.migrations set name = '000000_none' where name = '000007_access'`,
  );
  await db.query(`delete from holdfast.migrations where name in ('000999_later', '000000_none')`);
  const older = await examine();
  expect(older).toMatchObject({ exitCode: 10, bad: ['ledger.schema'] });
  expect(older.found.get('ledger.schema')!.what).toContain('lacks 000007_access');
  await db.query(`insert into holdfast.migrations (name, run_on) values ('000007_access', now())`);
});

test('a dead ledger hides nothing of Temporal, and a dead Temporal nothing of the ledger', async () => {
  const port = await getPort();
  const noLedger = await examine({ DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/none` });
  expect(noLedger).toMatchObject({ exitCode: 10, bad: ['ledger.reachable'] });
  expect(noLedger.found.get('ledger.reachable')!.what).not.toContain('secret');
  expect(noLedger.found.get('orchestrators.alive')!.severity).toBe('ok');

  const noTemporal = await examine({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  expect(noTemporal).toMatchObject({ exitCode: 9, bad: ['temporal.reachable'] });
  expect(noTemporal.found.get('outbox.lag')!.severity).toBe('ok');

  const neither = await examine({ TEMPORAL_ADDRESS: `127.0.0.1:${port}`, DATABASE_URL: '' });
  expect(neither).toMatchObject({ exitCode: 9, bad: ['temporal.reachable', 'ledger.reachable'] });
  const noNamespace = await examine({ TEMPORAL_NAMESPACE: 'nowhere' });
  expect(noNamespace).toMatchObject({ exitCode: 9, bad: ['temporal.namespace'] });
});

test('a search attribute that is missing is named', async () => {
  const { namespace } = fleet;
  const connection = await Connection.connect({ address: temporalAddress });
  await connection.operatorService.removeSearchAttributes({
    namespace,
    searchAttributes: ['HoldfastNode'],
  });
  await connection.close();
  await eventually(async () => (await examine()).bad.includes('temporal.search_attributes'));
  const { found } = await examine();
  expect(found.get('temporal.search_attributes')!.what).toContain('HoldfastNode');
});

test('when the last orchestrator stops, that is the first thing that is said', async () => {
  await fleet.orchestrator.stop();
  const { exitCode, bad } = await examine();
  expect(exitCode).toBe(16);
  expect(bad).toContain('orchestrators.alive');
});
