import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobHandle, ScheduleDocument, SubmitOptions } from 'holdfast';
import { Client, Connection } from '@temporalio/client';
import { wakeTick } from '../../dist/client/schedules/alarm.js';
import type { Embedded } from '../../dist/dev/embedded.js';
import pg from 'pg';
import { jobWorkflowId, tickWorkflowId } from '../../src/domain/ids.ts';
import { eventually } from '../support/eventually.ts';
import type { Fleet } from '../support/fleet.ts';
import { FLEET_SCENARIOS } from './fleet-scenarios.ts';
import { LIMITS_SCENARIOS } from './limits-scenarios.ts';
import { RESULT_SCENARIOS } from './result-scenarios.ts';

/** Where a scenario is played. */
export interface Stage {
  readonly fleet: Fleet;
  readonly embedded: Pick<Embedded, 'temporal' | 'stopLedger' | 'startLedger'>;
}

/** Plays one path through a workflow to its end; answers the workflow's id. */
export type Scenario = (stage: Stage) => Promise<string>;

const JOB_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'job-succeeded': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'echo', 'hello', { session: { id: randomUUID(), index: 0 } });
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-retried': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'flaky', { failures: 2 });
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-failed': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'fatal', null);
    await failed(job);
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-slot-taken': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const session = { id: randomUUID(), index: 0 };
    // Submitted at once, so that neither is refused before its workflow starts.
    const jobs = await Promise.all([
      submit(fleet, 'echo', 'one', { session }),
      submit(fleet, 'echo', 'other', { session }),
    ]);
    const ends = await Promise.allSettled(jobs.map((job) => job.result()));
    await node.stop();
    const refused = ends.findIndex(({ status }) => status === 'rejected');
    return jobWorkflowId(jobs[refused]!.id);
  },

  'job-heartbeat-lost': async ({ fleet }) => {
    const first = await fleet.startNode('a');
    const job = await submit(fleet, 'hold', fleet.hold('lost'), { heartbeat: '1s' });
    await fleet.logged('attempt.started', { job: job.id, epoch: 1 });
    first.signal('SIGKILL');
    const second = await fleet.startNode('b');
    await fleet.open('lost');
    await job.result();
    await second.stop();
    return jobWorkflowId(job.id);
  },

  'job-timed-out': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const options = { timeout: '500ms', failover: { maxAttempts: 1 } } as const;
    const job = await submit(fleet, 'hold', fleet.hold('never'), options);
    await failed(job);
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-handed-back': async ({ fleet }) => {
    const first = await fleet.startNode('a', ['--shutdown-grace', '100ms']);
    const job = await submit(fleet, 'hold', fleet.hold('back'));
    await fleet.logged('attempt.started', { job: job.id, epoch: 1 });
    await first.stop();
    await fleet.open('back');
    const second = await fleet.startNode('b');
    await job.result();
    await second.stop();
    return jobWorkflowId(job.id);
  },

  'job-refused-then-cancelled': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'unknown-kind', null);
    await fleet.logged('job.waiting', { job: job.id });
    await job.cancel();
    await failed(job);
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-cancelled-running': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'hold', fleet.hold('never'));
    await fleet.logged('attempt.started', { job: job.id });
    await job.cancel();
    await failed(job);
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-cancelled-queued': async ({ fleet }) => {
    const job = await submit(fleet, 'echo', 'no node');
    await job.cancel();
    await failed(job);
    return jobWorkflowId(job.id);
  },

  'job-opened-late': async ({ fleet, embedded }) => {
    const node = await fleet.startNode('a');
    await embedded.stopLedger();
    const job = await submit(fleet, 'echo', 'hello');
    await fleet.logged('ledger.waiting', { call: 'openJob' });
    await embedded.startLedger();
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-closed-late': async ({ fleet, embedded }) => {
    const node = await fleet.startNode('a');
    const job = await submit(fleet, 'hold', fleet.hold('late'));
    await fleet.logged('attempt.started', { job: job.id });
    await embedded.stopLedger();
    await fleet.open('late');
    await fleet.logged('ledger.waiting', { call: 'closeJob' });
    await embedded.startLedger();
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },
};

const SWEEP_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'sweep-at-the-start': async ({ fleet }) => {
    const db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
    const hasSwept = 'select 1 from holdfast.sweep_state where swept_at is not null';
    await eventually(async () => (await db.query(hasSwept)).rowCount === 1);
    await db.end();
    // The rest of it takes no longer than a sweep by hand.
    await fleet.client.sweep();
    return 'sweep/start';
  },
};

const TICK_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'tick-planned-and-started': ({ fleet }) => played(fleet, {}),

  'tick-asked-for-its-scopes': async ({ fleet }) => {
    const file = join(fleet.folder, 'scopes');
    await writeFile(file, 'eu\nus\n');
    return played(fleet, { scopes: { kind: 'scopes-of', input: { file }, pool: fleet.pool } });
  },

  'tick-begun-at-once': ({ fleet }) => played(fleet, {}),

  'tick-with-nothing-due': async ({ fleet, embedded }) => {
    const workflowId = await played(fleet, {});
    const { address } = embedded.temporal;
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace: fleet.namespace });
    await wakeTick({ client, place: { address, namespace: fleet.namespace } }, 'daily');
    await client.workflow.getHandle(workflowId).result();
    await connection.close();
    return workflowId;
  },
};

/** The tick of a schedule that has one time only for now, until what it planned has run. */
async function played(fleet: Fleet, more: Partial<ScheduleDocument>): Promise<string> {
  const node = await fleet.startNode('a');
  const name = 'daily';
  await fleet.client.schedules.put({ name, kind: 'echo', pool: fleet.pool, every: '1d', ...more });
  await eventually(async () => {
    const { plans } = await fleet.client.schedules.history(name);
    const { nextDueAt } = await fleet.client.schedules.get(name);
    return nextDueAt !== undefined && plans.length > 0 && plans.every(isSuccess);
  });
  await node.stop();
  return tickWorkflowId(name);
}

function isSuccess({ state }: { readonly state: string }): boolean {
  return state === 'SUCCESS';
}

/** The paths of every workflow, by the names of their recorded histories. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...JOB_SCENARIOS,
  ...FLEET_SCENARIOS,
  ...RESULT_SCENARIOS,
  ...SWEEP_SCENARIOS,
  ...LIMITS_SCENARIOS,
  ...TICK_SCENARIOS,
};

function submit(
  fleet: Fleet,
  kind: string,
  input: unknown,
  options: SubmitOptions = {},
): Promise<JobHandle<unknown>> {
  return fleet.client.jobs.submit(kind, input, { ...options, pool: fleet.pool });
}

async function failed(job: JobHandle<unknown>): Promise<void> {
  const ended = await job.result().then(
    () => false,
    () => true,
  );
  if (!ended) throw new Error(`job ${job.id} succeeded`);
}
