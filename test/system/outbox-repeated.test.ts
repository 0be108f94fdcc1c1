import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startInSession } from '../../dist/client/start-in-session.js';
import { openLedger } from '../../dist/ledger/ledger.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;
let db: pg.Client;
let connection: Connection;
let ledger: ReturnType<typeof openLedger>;

beforeAll(async () => {
  const address = inject('temporalAddress');
  fleet = await Fleet.start({ temporalAddress: address });
  await fleet.startNode('a');
  db = new pg.Client({ connectionString: fleet.databaseUrl });
  await db.connect();
  connection = await Connection.connect({ address });
  ledger = openLedger(fleet.databaseUrl);
});

afterAll(async () => {
  await ledger.close();
  await connection.close();
  await db.end();
  await fleet.stop();
});

test.each(['replace', 'reject'] as const)(
  'a relay that ends between a start and the word of it starts nothing twice with dedupe %s',
  async (dedupe) => {
    const { pool, namespace } = fleet;
    const id = randomUUID();
    const input = fleet.hold(`gate-${id}`);
    const client = new Client({ connection, namespace });
    const place = { address: inject('temporalAddress'), namespace };
    // What a relay has claimed and started when it ends.
    const { rows } = await db.query<{ seq: string }>(
      `insert into holdfast.outbox (job_id, kind, input, options, is_complete, tries, claimed_until)
       values ($1, 'hold', $2, $3, true, 1, now() + interval '1 hour') returning seq`,
      [id, JSON.stringify(input), JSON.stringify({ pool, dedupe })],
    );
    const submission = `outbox/${rows[0]!.seq}`;
    const request = { kind: 'hold', pool, input };
    await startInSession({ client, ledger, place, kinds: {} }, id, request, { dedupe, submission });
    await fleet.logged('attempt.started', { job: id });
    await db.query('update holdfast.outbox set claimed_until = now() where job_id = $1', [id]);
    await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
    await fleet.open(`gate-${id}`);
    expect(await fleet.client.jobs.result(id)).toMatchObject({ epoch: 1 });
    expect(await fleet.client.jobs.get(id)).toMatchObject({ generation: 1, state: 'succeeded' });
    expect(await fleet.client.outbox.counts()).toMatchObject({ dead: 0 });
  },
);
