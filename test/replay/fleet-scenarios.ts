import type { JobHandle, SubmitOptions } from 'holdfast';
import { jobWorkflowId, nodeWorkflowId } from '../../src/domain/ids.ts';
import { eventually } from '../support/eventually.ts';
import type { Fleet } from '../support/fleet.ts';
import type { Scenario } from './scenarios.ts';

const WHO = { reason: 'a test', by: 'tester' };

/** The paths that nodes, pins and placement add. */
export const FLEET_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'job-lost-with-its-node': async ({ fleet }) => {
    const first = await fleet.startNode('a', ['--lease', '2s']);
    const job = await submit(fleet, 'hold', fleet.hold('gone'), { heartbeat: '30s' });
    await fleet.logged('attempt.started', { job: job.id, epoch: 1 });
    await held(fleet, 'a', job.id);
    const second = await fleet.startNode('b');
    first.signal('SIGKILL');
    await fleet.open('gone');
    await job.result();
    await second.stop();
    return jobWorkflowId(job.id);
  },

  'job-waited-for-its-node': async ({ fleet }) => {
    const job = await submit(fleet, 'echo', 'pinned', { pin: { node: 'a' } });
    await waiting(job);
    const node = await fleet.startNode('a');
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-fell-back': async ({ fleet }) => {
    const node = await fleet.startNode('b');
    const pin = { node: 'a', onOffline: 'fallback', after: '100ms' } as const;
    const job = await submit(fleet, 'echo', 'pinned', { pin });
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-recalled-from-a-queue': async ({ fleet }) => {
    const first = await fleet.startNode('a', ['--slots', '1']);
    const running = await submit(fleet, 'hold', fleet.hold('run'), { pin: { node: 'a' } });
    await fleet.logged('attempt.started', { job: running.id });
    const pin = { node: 'a', onOffline: 'fallback' } as const;
    const queued = await submit(fleet, 'echo', 'queued', { pin });
    await eventually(async () => (await queued.get()).live?.phase === 'queued' || undefined);
    const second = await fleet.startNode('b');
    await fleet.client.nodes.cordon('a', WHO);
    await queued.result();
    await fleet.open('run');
    await running.result();
    await Promise.all([first.stop(), second.stop()]);
    return jobWorkflowId(queued.id);
  },

  'job-moved': async ({ fleet }) => {
    const job = await submit(fleet, 'echo', 'moved', { pin: { node: 'a' } });
    await waiting(job);
    const node = await fleet.startNode('b');
    await fleet.client.jobs.move(job.id, { node: 'b' });
    await job.result();
    await node.stop();
    return jobWorkflowId(job.id);
  },

  'job-on-each': async ({ fleet }) => {
    const nodes = await Promise.all(['a', 'b'].map((name) => fleet.startNode(name)));
    await Promise.all(['a', 'b'].map((name) => online(fleet, name)));
    const job = await submit(fleet, 'echo', 'each', { placement: 'each' });
    await job.result();
    await Promise.all(nodes.map((node) => node.stop()));
    return jobWorkflowId(job.id);
  },

  'node-drained-and-forgotten': async ({ fleet }) => {
    const node = await fleet.startNode('a');
    await online(fleet, 'a');
    await fleet.client.nodes.cordon('a', WHO);
    await fleet.client.nodes.enable('a', WHO);
    await fleet.client.nodes.drain('a', { ...WHO, deadline: '1s', wait: true });
    await node.stop();
    await offline(fleet, 'a');
    await fleet.client.nodes.forget('a', WHO);
    return nodeWorkflowId('a');
  },

  'node-lost-and-superseded': async ({ fleet }) => {
    const first = await fleet.startNode('a', ['--lease', '2s']);
    await online(fleet, 'a');
    first.signal('SIGKILL');
    await offline(fleet, 'a');
    const second = await fleet.startNode('a');
    const third = await fleet.startNode('a');
    await second.ended();
    await third.stop();
    await offline(fleet, 'a');
    await fleet.client.nodes.forget('a', WHO);
    return nodeWorkflowId('a');
  },
};

function submit(
  fleet: Fleet,
  kind: string,
  input: unknown,
  options: SubmitOptions = {},
): Promise<JobHandle<unknown>> {
  return fleet.client.jobs.submit(kind, input, { ...options, pool: fleet.pool });
}

function waiting(job: JobHandle<unknown>): Promise<unknown> {
  return eventually(async () => (await job.get()).live?.phase === 'waiting' || undefined);
}

function online(fleet: Fleet, name: string): Promise<unknown> {
  return eventually(() => isIn(fleet, name, 'online'));
}

function offline(fleet: Fleet, name: string): Promise<unknown> {
  return eventually(() => isIn(fleet, name, 'offline'));
}

async function isIn(fleet: Fleet, name: string, state: string): Promise<true | undefined> {
  const nodes = await fleet.client.nodes.list();
  return nodes.some((node) => node.name === name && node.state === state) || undefined;
}

/** Until the node's lease names the job. */
function held(fleet: Fleet, name: string, job: string): Promise<unknown> {
  return eventually(async () => {
    const { beat } = await fleet.client.nodes.get(name);
    return beat?.running.some((attempt) => attempt.job === job) || undefined;
  });
}
