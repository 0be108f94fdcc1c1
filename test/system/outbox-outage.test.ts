import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enqueueMany } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Embedded } from '../../dist/dev/embedded.js';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

let dataDir: string;
let embedded: Embedded;
let fleet: Fleet;
let db: pg.Client;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-outbox-'));
  embedded = await startEmbedded({ dataDir, webUi: false });
  const { temporal, databaseUrl } = embedded;
  const flags = ['--log-level', 'debug', '--outbox-lag-alarm', '2s'];
  fleet = await Fleet.start({ temporalAddress: temporal.address, databaseUrl }, flags);
  await fleet.startNode('n1', ['--slots', '8']);
  db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await fleet.stop();
  await embedded.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('jobs that are enqueued while Temporal is frozen run once when it is back', async () => {
  const pid = embedded.temporal.pid!;
  process.kill(pid, 'SIGSTOP');
  await fleet.logged('temporal.away');
  const items = Array.from({ length: 40 }, (_, n) => ({ input: n, id: `o-${n}`, pool: 'test' }));
  await enqueueMany(db, 'echo', items);
  await fleet.logged('outbox.waiting');
  await fleet.logged('alert.raised', { alert: 'outbox_lag' });
  process.kill(pid, 'SIGCONT');
  for (const { id, input } of items) {
    expect(await fleet.client.jobs.result(id)).toMatchObject({ value: input });
  }
  await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
  await fleet.logged('alert.cleared', { alert: 'outbox_lag' });
  for (const { id } of items) expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
  expect(fleet.find('outbox.waiting')).toHaveLength(fleet.find('outbox.works_again').length);
  expect(fleet.find('outbox.dead')).toEqual([]);
});
