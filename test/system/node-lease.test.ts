import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { ModeOrder } from '../../dist/domain/messages.js';
import { CHANGE_MODE_UPDATE } from '../../dist/domain/messages.js';
import { Fleet } from '../support/fleet.ts';

describe('a node and its lease', () => {
  let fleet: Fleet;
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: inject('temporalAddress') });
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
  });
  afterEach(() => fleet.stopNodes());
  afterAll(async () => {
    await fleet.stop();
    await connection.close();
  });

  const workflowOf = (node: string) =>
    new Client({ connection, namespace: fleet.namespace }).workflow.getHandle(`node/${node}`);

  const order = async (node: string, mode: ModeOrder['mode'], deadlineMs?: number) => {
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const args: [ModeOrder] = [{ mode, reason: 'driver update', by: 'ada', ...deadline }];
    await workflowOf(node).executeUpdate<unknown, [ModeOrder]>(CHANGE_MODE_UPDATE, { args });
  };

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

  test('one that stops without grace hands back what it runs, before its lease runs out', async () => {
    const node = await fleet.startNode('h', ['--shutdown-grace', '0ms']);
    await held('h');
    const job = await submitHold('stopped');
    await fleet.logged('attempt.started', { job: job.id, node: 'h' });
    await fleet.startNode('i');
    await node.stop();
    expect(node.exitCode).toBe(0);
    await fleet.open('stopped');
    expect(await job.result()).toEqual({ node: 'i', epoch: 2 });
    expect(await fleet.logged('node.left', { node: 'h', why: 'stopped' })).toBeDefined();
    expect(fleet.find('node.left', { node: 'h', why: 'lost' })).toEqual([]);
  });

  test('one whose workflow was ended by force registers again, and goes on', async () => {
    await fleet.startNode('j');
    await held('j');
    const job = await submitHold('forced');
    await fleet.logged('attempt.started', { job: job.id, node: 'j' });
    await workflowOf('j').terminate('a test');
    await fleet.logged('node.lease_lost', { from: 'j' });
    await held('j', 2);
    await fleet.open('forced');
    expect(await job.result()).toEqual({ node: 'j', epoch: 1 });
    expect(fleet.find('node.fenced', { from: 'j' })).toEqual([]);
  });

  test('one that was cordoned takes no work, also after a restart, until it is enabled', async () => {
    const node = await fleet.startNode('k');
    await held('k');
    await order('k', 'cordoned');
    expect(await fleet.logged('node.mode', { from: 'k' })).toMatchObject({
      mode: 'cordoned',
      reason: 'driver update',
    });
    await node.stop();
    await fleet.startNode('k');
    await held('k', 2);
    const job = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool });
    await fleet.startNode('l');
    expect(await job.result()).toMatchObject({ node: 'l' });
    await fleet.stopNodes();

    await fleet.startNode('k');
    await held('k', 3);
    await order('k', 'enabled');
    const next = await fleet.client.jobs.submit('echo', 2, { pool: fleet.pool });
    expect(await next.result()).toMatchObject({ node: 'k' });
  });

  test('one that drains hands back at the deadline what still runs', async () => {
    await fleet.startNode('m');
    await held('m');
    const job = await submitHold('drained');
    await fleet.logged('attempt.started', { job: job.id, node: 'm' });
    await fleet.startNode('n');
    await held('n');
    await order('m', 'draining', 500);
    await fleet.logged('attempt.ended', { job: job.id, from: 'm', outcome: 'handed_back' });
    await fleet.open('drained');
    expect(await job.result()).toEqual({ node: 'n', epoch: 2 });
  });
});
