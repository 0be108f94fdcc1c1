import { randomUUID } from 'node:crypto';
import { enqueue } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';

let fleet: Fleet;
let env: Record<string, string>;
let db: pg.Client;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
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

const run = (...args: string[]) => runHoldfast(['outbox', ...args], { env });

test('dead rows are listed, retried and dropped', async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  for (const id of [first, second]) {
    await db.query(`select holdfast.enqueue('lost', '1', $1)`, [id]);
    await fleet.logged('outbox.dead', { job: id });
  }
  await eventually(async () => (await fleet.client.outbox.counts()).dead === 2);
  const listed = await run('list', '--dead', '--kind', 'lost', '--limit', '1');
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toMatch(/^ID +KIND .+\n.+ lost +- +dead +1 .+ unknown_kind: .+\n$/);
  expect(listed.stderr).toContain('0 that wait and 2 dead ones');
  const { stdout } = await run('list', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ rows: [{ id: first }, { id: second }] });

  const dropped = await run('drop', first);
  expect(dropped).toMatchObject({ exitCode: 0, stdout: `job ${first} is dropped\n` });
  expect(await run('drop', first)).toMatchObject({ exitCode: 4, stdout: '' });
  expect(await run('drop')).toMatchObject({ exitCode: 2, stdout: '' });
  const retried = await run('retry', '--all');
  expect(retried).toMatchObject({ exitCode: 0, stdout: `job ${second} is due again\n` });
  await eventually(() => fleet.find('outbox.dead', { job: second }).length === 2);

  const id = await enqueue(db, 'echo', 1, { pool: 'test' });
  await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
  expect(await fleet.client.jobs.get(id)).toMatchObject({ state: 'open' });
  expect((await run('drop', '--all', '--json')).exitCode).toBe(0);
  expect(await run('list')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'no such rows\n' });
});
