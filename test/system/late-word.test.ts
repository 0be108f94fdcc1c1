import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { jobWorkflowId } from '../../dist/domain/ids.js';
import type { AttemptGone } from '../../src/domain/messages.ts';
import { ATTEMPT_GONE_SIGNAL } from '../../src/domain/messages.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;
let connection: Connection;

beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
  connection = await Connection.connect({ address: inject('temporalAddress') });
});

afterAll(async () => {
  await connection.close();
  await fleet.stop();
});

test('a result that came before the word that its node is gone counts', async () => {
  await fleet.startNode('a');
  const job = await fleet.client.jobs.submit('hold', fleet.hold('gate'), { pool: fleet.pool });
  await fleet.logged('attempt.started', { job: job.id });
  fleet.orchestrator.signal('SIGKILL');
  await fleet.orchestrator.ended();
  await fleet.open('gate');
  await fleet.logged('attempt.ended', { job: job.id });
  // Both reach the workflow in one task, the word ahead of the result.
  const client = new Client({ connection, namespace: fleet.namespace });
  const word: AttemptGone = { epoch: 1, node: 'a', why: 'lost', wasRunning: true };
  await client.workflow.getHandle(jobWorkflowId(job.id)).signal(ATTEMPT_GONE_SIGNAL, word);
  await fleet.startOrchestrator();
  expect(await job.result()).toEqual({ node: 'a', epoch: 1 });
  expect(await job.get()).toMatchObject({
    attempts: [{ epoch: 1, node: 'a', outcome: 'succeeded' }],
  });
});
