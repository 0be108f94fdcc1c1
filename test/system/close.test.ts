import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a job that is being closed', () => {
  let fleet: Fleet;
  let client: Client;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await fleet.startNode('a');
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    client = new Client({ connection, namespace: fleet.namespace });
  });
  afterAll(async () => {
    await client.connection.close();
    await fleet.stop();
  });

  test('keeps what was committed when a cancellation arrives meanwhile', async () => {
    const job = await fleet.client.jobs.submit('hold', fleet.hold('close'), { pool: fleet.pool });
    await fleet.logged('attempt.started', { job: job.id });

    const lock = new pg.Client({ connectionString: fleet.databaseUrl });
    await lock.connect();
    // While this transaction is open, close waits for the job's row.
    await lock.query('begin');
    await lock.query('select 1 from holdfast.jobs where id = $1 for update', [job.id]);
    await fleet.open('close');
    await fleet.logged('attempt.ended', { job: job.id });
    await eventually(() => isClosing(client, job.id));
    // By Temporal alone: a client asks the ledger, too, of which an embedded one is held up here.
    await client.workflow.getHandle(`job/${job.id}`).cancel();
    await lock.query('commit');
    await lock.end();

    expect(await job.result()).toEqual({ node: 'a', epoch: 1 });
    expect(await job.get()).toMatchObject({ state: 'succeeded', attemptCount: 1 });
  });
});

// temporal.api.enums.v1.PendingWorkflowTaskState
const STARTED = 2;

/** True once the attempt has ended and the workflow task that closes the job is under way. */
async function isClosing(client: Client, id: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(`job/${id}`).describe();
  const task = raw.pendingWorkflowTask?.state;
  return (raw.pendingActivities ?? []).length === 0 && Number(task) === STARTED;
}
