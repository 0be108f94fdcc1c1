import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a node and its lease', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
      databaseUrl: inject('databaseUrl'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(() => fleet.stop());

  const held = (from: string, count = 1) =>
    eventually(() => fleet.find('node.lease_held', { from }).length >= count);

  const submitHold = (gate: string) =>
    fleet.client.jobs.submit('hold', fleet.hold(gate), { pool: fleet.pool, heartbeat: '3s' });

  test('it registers and is granted one', async () => {
    await fleet.startNode('a', ['--lease', '2s', '--label', 'gpu=a100']);
    await fleet.logged('node.registered', { node: 'a' });
    expect(await fleet.logged('node.lease_held', { node: 'a' })).toMatchObject({ leaseMs: 2_000 });
    const { url } = await fleet.logged('health.listening', { from: 'a' });
    await eventually(async () => (await fetch(`${String(url)}/readyz`)).status === 200);
    const metrics = await eventually(async () => {
      const text = await (await fetch(`${String(url)}/metrics`)).text();
      return text.includes('holdfast_node_lease_age_ms') && text;
    });
    expect(metrics).toMatch(/holdfast_node_slots_used(\{[^}]*\})? 0/);
  });

  test('one that wakes from a freeze stops what it lost, and registers again', async () => {
    const frozen = await fleet.startNode('b', ['--lease', '2s', '--slots', '2']);
    await held('b');
    const job = await submitHold('frozen');
    await fleet.logged('attempt.started', { job: job.id, node: 'b', epoch: 1 });
    await fleet.startNode('c', ['--lease', '2s']);
    await held('c');

    frozen.signal('SIGSTOP');
    await fleet.logged('attempt.started', { job: job.id, node: 'c', epoch: 2 });
    frozen.signal('SIGCONT');

    expect(await fleet.logged('node.fenced', { from: 'b' })).toMatchObject({
      attempts: [{ job: job.id, generation: 1, epoch: 1 }],
    });
    await fleet.logged('attempt.ended', { from: 'b', job: job.id, reason: 'node_fenced' });
    await held('b', 2);
    await fleet.open('frozen');
    expect(await job.result()).toEqual({ node: 'c', epoch: 2 });
  });

  test('one that wakes from a freeze runs nothing that was given to it meanwhile', async () => {
    const frozen = await fleet.startNode('d', ['--lease', '2s']);
    await held('d');
    frozen.signal('SIGSTOP');
    // Its open poll takes the job.
    const job = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool, heartbeat: '2s' });
    await fleet.logged('job.timed_out', { job: job.id });
    await fleet.startNode('e');
    expect(await job.result()).toMatchObject({ node: 'e' });
    frozen.signal('SIGCONT');
    await held('d', 2);
    expect(fleet.find('attempt.started', { from: 'd' })).toEqual([]);
  });

  test('one whose name another process takes ends with a code of its own', async () => {
    const first = await fleet.startNode('f', ['--lease', '2s']);
    await held('f');
    const job = await submitHold('taken');
    await fleet.logged('attempt.started', { job: job.id, node: 'f', epoch: 1 });
    await fleet.startNode('f', ['--lease', '2s']);
    await first.ended();
    expect(first.exitCode).toBe(15);
    expect(first.lastLines).toContain('node_superseded');
    await fleet.logged('attempt.started', { job: job.id, node: 'f', epoch: 2 });
    await fleet.open('taken');
    expect(await job.result()).toEqual({ node: 'f', epoch: 2 });
  });

  test('one that comes back after its name was taken does not take it again', async () => {
    const first = await fleet.startNode('g', ['--lease', '1s']);
    await held('g');
    first.signal('SIGSTOP');
    await fleet.startNode('g', ['--lease', '1s']);
    await held('g', 2);
    first.signal('SIGCONT');
    await first.ended();
    expect(first.exitCode).toBe(15);
    expect(fleet.find('node.lease_held', { from: 'g' })).toHaveLength(2);
  });

  test('one that stops hands back what it runs, in well under a second without grace', async () => {
    const node = await fleet.startNode('h', ['--shutdown-grace', '0ms']);
    await held('h');
    const job = await submitHold('stopped');
    await fleet.logged('attempt.started', { job: job.id, node: 'h' });
    await fleet.startNode('i');
    const stoppedAt = performance.now();
    await node.stop();
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    expect(node.exitCode).toBe(0);
    await fleet.open('stopped');
    expect(await job.result()).toEqual({ node: 'i', epoch: 2 });
    expect(await fleet.logged('node.left', { node: 'h' })).toMatchObject({ why: 'stopped' });
  });
});
