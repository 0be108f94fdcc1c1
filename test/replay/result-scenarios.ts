import type { JobHandle, SubmitOptions } from 'holdfast';
import { jobWorkflowId, lateWorkflowId } from '../../src/domain/ids.ts';
import type { Fleet } from '../support/fleet.ts';
import type { Scenario } from './scenarios.ts';

/** A handler may go on for long after its attempt is over. */
const PATIENT = ['--cancel-grace', '60s'];

/** The paths that late results and sessions add. */
export const RESULT_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'job-late-result-accepted': async ({ fleet }) => {
    const job = await straggle(fleet);
    await fleet.open('first');
    await job.result();
    return ended(fleet, jobWorkflowId(job.id));
  },

  'job-late-result-superseded': async ({ fleet }) => {
    const job = await straggle(fleet, { reconcile: 'replacement' });
    await fleet.open('first');
    await fleet.logged('late.delivered', { job: job.id });
    await fleet.open('next');
    await job.result();
    return ended(fleet, jobWorkflowId(job.id));
  },

  'late-after-close': async ({ fleet }) => {
    const job = await straggle(fleet);
    await fleet.open('next');
    await job.result();
    await fleet.open('first');
    await fleet.logged('late.judged', { job: job.id });
    return ended(fleet, lateWorkflowId(jobWorkflowId(job.id), 1));
  },

  'job-awaited-its-turn': async ({ fleet }) => {
    await fleet.startNode('a');
    const id = 'strict';
    await fleet.client.sessions.create(id, { concurrency: 1 });
    const options = { pool: fleet.pool };
    const { jobs } = fleet.client;
    const second = await jobs.submit('echo', 2, { ...options, session: { id, index: 1 } });
    await fleet.logged('job.awaits_turn', { job: second.id });
    await jobs.submit('echo', 1, { ...options, session: { id, index: 0 } });
    await second.result();
    return ended(fleet, jobWorkflowId(second.id));
  },
};

/** A job whose first attempt is over time on node a while the second runs on node b. */
async function straggle(fleet: Fleet, options: SubmitOptions = {}): Promise<JobHandle<unknown>> {
  await fleet.startNode('a', PATIENT);
  const { folder, pool } = fleet;
  const input = { folder, gate: 'first', next: 'next' };
  const job = await fleet.client.jobs.submit('straggle', input, {
    ...options,
    pool,
    timeout: '3s',
  });
  await fleet.logged('attempt.started', { job: job.id, epoch: 1 });
  await fleet.startNode('b', PATIENT);
  await fleet.logged('attempt.started', { job: job.id, epoch: 2 });
  return job;
}

async function ended(fleet: Fleet, workflowId: string): Promise<string> {
  await fleet.stopNodes();
  return workflowId;
}
