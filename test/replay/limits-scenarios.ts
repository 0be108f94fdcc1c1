import type { JobHandle, SubmitOptions } from 'holdfast';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import type { Fleet } from '../support/fleet.ts';
import type { Scenario } from './scenarios.ts';

const RESOURCE = 'replayed';
const NEEDS_ALL = { resources: { [RESOURCE]: 1 } };

/** The paths that resources, limits and deadlines add. */
export const LIMITS_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'job-granted-at-once': async ({ fleet }) => {
    await fleet.client.resources.set(RESOURCE, 1);
    await fleet.startNode('a');
    const job = await submit(fleet, 'echo', 'hello', NEEDS_ALL);
    await job.result();
    return ended(fleet, job);
  },

  'job-awaited-its-grant': async ({ fleet }) => {
    const { holder, waiter } = await holderAndWaiter(fleet);
    await fleet.open('held');
    await holder.result();
    await waiter.result();
    return ended(fleet, waiter);
  },

  'job-cancelled-before-its-grant': async ({ fleet }) => {
    const { holder, waiter } = await holderAndWaiter(fleet);
    await waiter.cancel();
    await over(waiter);
    await fleet.open('held');
    await holder.result();
    return ended(fleet, waiter);
  },

  'job-awaited-its-rate': async ({ fleet }) => {
    await fleet.client.resources.set(RESOURCE, 1);
    await fleet.startNode('a');
    const rate = { key: 'replayed', limit: 1, per: '3s' } as const;
    await (await submit(fleet, 'echo', 'first', { rate })).result();
    const job = await submit(fleet, 'echo', 'second', { rate, ...NEEDS_ALL });
    await fleet.logged('job.awaits_start', { job: job.id });
    await job.result();
    return ended(fleet, job);
  },

  'job-past-its-deadline': async ({ fleet }) => {
    await fleet.startNode('a');
    const job = await submit(fleet, 'hold', fleet.hold('never'), { deadline: '1ms' });
    await fleet.logged('attempt.started', { job: job.id });
    await fleet.client.sweep({ olderThan: '0s' });
    await over(job);
    return ended(fleet, job);
  },

  'job-past-its-deadline-before-its-grant': async ({ fleet }) => {
    const { holder, waiter } = await holderAndWaiter(fleet, { deadline: '1ms' });
    await fleet.client.sweep({ olderThan: '0s' });
    await over(waiter);
    await fleet.open('held');
    await holder.result();
    return ended(fleet, waiter);
  },
};

/** A job that runs until the gate `held` is open, and one that waits for what it holds. */
async function holderAndWaiter(fleet: Fleet, options: SubmitOptions = {}) {
  await fleet.client.resources.set(RESOURCE, 1);
  await fleet.startNode('a');
  const holder = await submit(fleet, 'hold', fleet.hold('held'), NEEDS_ALL);
  await fleet.logged('attempt.started', { job: holder.id });
  const waiter = await submit(fleet, 'echo', 'next', { ...NEEDS_ALL, ...options });
  await fleet.logged('job.awaits_grant', { job: waiter.id });
  return { holder, waiter };
}

function submit(
  fleet: Fleet,
  kind: string,
  input: unknown,
  options: SubmitOptions,
): Promise<JobHandle<unknown>> {
  return fleet.client.jobs.submit(kind, input, { ...options, pool: fleet.pool });
}

/** Until the job has ended, with an error. */
async function over(job: JobHandle<unknown>): Promise<void> {
  const end = await job.result().catch(() => 'failed');
  if (end !== 'failed') throw new Error(`job ${job.id} succeeded`);
}

async function ended(fleet: Fleet, { id }: JobHandle<unknown>): Promise<string> {
  await fleet.stopNodes();
  return jobWorkflowId(id);
}
