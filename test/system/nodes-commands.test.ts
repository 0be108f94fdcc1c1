import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Ended } from '../cli/run-holdfast.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;
let env: Record<string, string>;

beforeAll(async () => {
  const servers = {
    temporalAddress: inject('temporalAddress'),
  };
  fleet = await Fleet.start(servers);
  env = {
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: fleet.namespace,
    DATABASE_URL: fleet.databaseUrl,
  };
  await fleet.startNode(own('a'));
  await fleet.startNode(own('b'));
  await eventually(async () => {
    const nodes = await fleet.client.nodes.list({ pool: fleet.pool, state: 'online' });
    return nodes.filter(({ name }) => name.startsWith(fleet.namespace)).length === 2;
  });
});

afterAll(() => fleet.stop());

/** Names of the test's own: the ledger is shared. */
function own(name: string): string {
  return `${fleet.namespace}-${name}`;
}

async function run(...args: readonly string[]): Promise<Ended> {
  return runHoldfast(args, { env });
}

async function runJson<Document>(...args: readonly string[]): Promise<Document> {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Document;
}

function submit(kind: string, input: unknown, options: object = {}) {
  return fleet.client.jobs.submit(kind, input, { pool: fleet.pool, ...options });
}

async function startHeld(gate: string, node: string) {
  const job = await submit('hold', fleet.hold(gate), { pin: { node } });
  await fleet.logged('attempt.started', { job: job.id });
  // What a node does with an attempt that no beat has named yet is for other tests.
  await eventually(async () => {
    const { beat } = await fleet.client.nodes.get(node);
    return beat?.running.some((attempt) => attempt.job === job.id);
  });
  return job;
}

describe('holdfast nodes', () => {
  test('list tells the nodes, and show tells one of them', async () => {
    const { nodes } = await runJson<{ nodes: { name: string; state: string }[] }>('nodes', 'list');
    expect(nodes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: own('a'), state: 'online', pool: fleet.pool }),
        expect.objectContaining({ name: own('b'), state: 'online' }),
      ]),
    );
    const { stdout } = await run('nodes', 'show', own('a'));
    expect(stdout).toMatch(new RegExp(`^node +${own('a')}\n`));
    expect(stdout).toMatch(/\nAT +EVENT +BY +REASON\n.+ registered /);
  });

  test('an unknown node ends with exit code 4 and the nearest name', async () => {
    const mistyped = `${own('a')}x`;
    for (const args of [
      ['show', mistyped],
      ['cordon', mistyped, '--reason', 'r'],
      ['forget', mistyped, '--reason', 'r'],
    ]) {
      const { exitCode, stderr } = await run('nodes', ...args);
      expect(exitCode).toBe(4);
      expect(stderr).toBe(
        `error node_not_found: no node "${mistyped}" is registered\n` +
          `hint: did you mean ${own('a')}?\n`,
      );
    }
  });

  test('a cordoned node gets no work; a pinned job waits for it and says so', async () => {
    const status = await runJson('nodes', 'cordon', own('a'), '--reason', 'hot', '--by', 'me');
    expect(status).toMatchObject({ mode: { mode: 'cordoned', reason: 'hot', by: 'me' } });
    const job = await submit('echo', 1, { pin: { node: own('a') } });
    const why = `node ${own('a')} is cordoned`;
    const pending = await eventually(async () => {
      const { jobs } = await runJson<{ jobs: { id: string }[] }>('jobs', 'list', '--pending');
      return jobs.find(({ id, ...rest }) => id === job.id && JSON.stringify(rest).includes(why));
    });
    expect(pending).toMatchObject({ waitsFor: 'node', node: own('a'), why });
    const explained = await runJson<{ wait: object; story: object[] }>('jobs', 'explain', job.id);
    expect(explained.wait).toMatchObject({ waitsFor: 'node', node: own('a'), why });
    expect(explained.story).toContainEqual(
      expect.objectContaining({ kind: 'waiting', text: `waits: ${why}` }),
    );
    expect((await run('nodes', 'enable', own('a'))).exitCode).toBe(0);
    expect(await job.result()).toMatchObject({ node: own('a') });
  });

  test('a drain with a deadline hands back what still runs, and reports it', async () => {
    const job = await startHeld('drained', own('a'));
    const drained = await run(
      ...['nodes', 'drain', own('a'), '--reason', 'update', '--deadline', '300ms', '--wait'],
    );
    expect(drained.exitCode).toBe(0);
    expect(drained.stdout).toMatch(
      new RegExp(`^node ${own('a')} is drained: 0 finished on it, 1 handed back\n`),
    );
    expect(drained.stdout).toContain(`handed back: ${job.id} (epoch 1)`);
    await fleet.open('drained');
    await fleet.client.nodes.enable(own('a'));
    await job.result();
    const { story } = await fleet.client.jobs.explain(job.id);
    expect(story.map(({ kind }) => kind)).toContain('handed_back');
  });

  test('a drain without a deadline waits until the work is finished', async () => {
    const job = await startHeld('finished', own('a'));
    const running: number[] = [];
    const draining = fleet.client.nodes.drain(own('a'), {
      reason: 'update',
      wait: true,
      onProgress: (attempts) => running.push(attempts.length),
    });
    await eventually(() => running.includes(1));
    await fleet.open('finished');
    expect(await draining).toEqual({
      node: own('a'),
      ended: 'drained',
      finished: 1,
      handedBack: [],
      lost: [],
    });
    await job.result();
    // Drained already: the answer comes at once.
    expect(await fleet.client.nodes.drained(own('a'))).toMatchObject({ ended: 'drained' });
    await fleet.client.nodes.enable(own('a'));
  });

  test('a node that runs cannot be forgotten; one that is gone can', async () => {
    const { exitCode, stderr } = await run('nodes', 'forget', own('b'), '--reason', 'gone');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`node ${own('b')} is online`);
    const node = await fleet.startNode(own('c'));
    await eventually(async () => await fleet.client.nodes.get(own('c')).catch(() => undefined));
    await node.stop();
    await eventually(async () => (await fleet.client.nodes.get(own('c'))).state === 'offline');
    await fleet.client.nodes.forget(own('c'), { reason: 'gone' });
    await expect(fleet.client.nodes.get(own('c'))).rejects.toMatchObject({
      code: 'node_not_found',
    });
  });

  test('resume tells a pool that was not paused', async () => {
    expect(await runJson('nodes', 'resume', '--pool', own('pool'))).toEqual({
      pool: own('pool'),
      resumed: false,
    });
  });
});

describe('holdfast submit and jobs move', () => {
  test('a pin to a node that nobody knows is submitted with a warning', async () => {
    const args = ['submit', 'echo', '--pool', fleet.pool, '--pin', `${own('a')}x`];
    const { exitCode, stderr, stdout } = await run(...args);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`warning: no node ${own('a')}x is registered; did you mean ${own('a')}?\n`);
    const id = stdout.trim();
    expect((await run('jobs', 'move', id, '--node', own('b'))).exitCode).toBe(0);
    expect(await fleet.client.jobs.result(id)).toMatchObject({ node: own('b') });
    const { exitCode: moved, stderr: why } = await run('jobs', 'move', id, '--pool', fleet.pool);
    expect(moved).toBe(5);
    expect(why).toContain('error job_closed: ');
  });

  test('a job that waits in an empty pool is moved; one that runs is not', async () => {
    const queued = await submit('echo', 1, { pool: own('empty') });
    await eventually(async () => (await queued.get()).live?.phase === 'queued');
    await fleet.client.jobs.move(queued.id, { pool: fleet.pool });
    await queued.result();
    const held = await startHeld('move', own('b'));
    await expect(fleet.client.jobs.move(held.id, { node: own('a') })).rejects.toMatchObject({
      code: 'job_running',
      details: { node: own('b') },
    });
    await fleet.open('move');
    await held.result();
  });

  test('a job of placement each is no job that waits, and is not moved', async () => {
    const job = await submit('hold', fleet.hold('each'), { placement: 'each' });
    await eventually(async () => (await job.get()).live?.phase === 'running');
    const { wait } = await fleet.client.jobs.explain(job.id);
    expect(wait).toBeUndefined();
    await expect(fleet.client.jobs.move(job.id, { node: own('a') })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await fleet.open('each');
    await job.result();
  });

  test('a job of placement each runs on every node, and says what came of it', async () => {
    const job = await submit('echo', 1, { placement: 'each' });
    const { nodes } = (await job.result()) as { nodes: Record<string, { state: string }> };
    expect(Object.keys(nodes)).toEqual(expect.arrayContaining([own('a'), own('b')]));
    expect(nodes[own('a')]).toMatchObject({ state: 'succeeded', result: { node: own('a') } });
  });
});
