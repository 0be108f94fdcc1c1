import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import { Fleet } from '../support/fleet.ts';
import { needing, Resources } from '../support/resources.ts';
import { terminate } from '../support/temporal.ts';

// Sweeps are made by hand here.
const FLAGS = ['--sweep-interval', '3650d', '--resource', 'two=2'];

let fleet: Fleet;
let on: Resources;
beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, FLAGS);
  await fleet.startNode('a', ['--slots', '32']);
  on = await Resources.of(fleet);
});
afterAll(() => on.stop());

describe('what a job needs', () => {
  test('is given back by a job that fails, and by one that is cancelled as it runs', async () => {
    const name = await on.resource(1);
    const options = { pool: fleet.pool, ...needing(name) };
    const failing = await fleet.client.jobs.submit('fatal', null, options);
    await expect(failing.result()).rejects.toMatchObject({ code: 'job_failed' });
    const holder = await on.running(needing(name));
    const next = await on.waiting(needing(name));
    await holder.cancel();
    await on.started(next);
    await on.end(next);
    expect(await on.listed(name)).toMatchObject({ held: 0, waiting: 0 });
  });

  test('is given back at once by a job that is cancelled as it waits', async () => {
    const name = await on.resource(2);
    const holder = await on.running(needing(name));
    const large = await on.waiting(needing(name, 2));
    const small = await on.waiting(needing(name));
    await large.cancel();
    await expect(large.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await large.get()).toMatchObject({ state: 'cancelled', attemptCount: 0 });
    expect(await on.grantsOf(large)).toEqual([]);
    // What was kept for it is for the next.
    await on.started(small);
    expect(fleet.find('attempt.ended', { job: holder.id })).toEqual([]);
    await Promise.all([on.end(holder), on.end(small)]);
  });

  test('is given back by a job past its deadline, which need not have started', async () => {
    const name = await on.resource(1);
    const holder = await on.running(needing(name));
    const late = await on.waiting({ ...needing(name), deadline: '1ms' });
    const next = await on.waiting(needing(name));
    await fleet.client.sweep({ olderThan: '0s' });
    await expect(late.result()).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await on.waits(next, `waits for 1 of ${name}, of which 1 of 1 are held: 1st in the queue`);
    await on.end(holder);
    await on.started(next);
    await on.end(next);
  });

  test('is given back by the sweep when the workflow of its holder was terminated', async () => {
    const name = await on.resource(1);
    const holder = await on.running(needing(name));
    const [dead, next] = [await on.waiting(needing(name)), await on.waiting(needing(name))];
    for (const { id } of [holder, dead]) await terminate(fleet.namespace, jobWorkflowId(id));
    expect(await on.listed(name)).toMatchObject({ held: 1, waiting: 2 });
    await fleet.client.sweep({ olderThan: '0s' });
    await on.started(next);
    for (const job of [holder, dead]) {
      expect(await job.get()).toMatchObject({ error: { code: 'job_terminated' } });
      expect(await on.grantsOf(job)).toEqual([]);
    }
    await on.end(next);
  });

  test('is kept over the loss of a node', async () => {
    const name = await on.resource(1);
    const pool = 'lossy';
    const node = await fleet.startNode('b', ['--pool', pool, '--lease', '2s']);
    const holder = await on.running({ ...needing(name), pool, heartbeat: '2s' });
    const before = await on.grantsOf(holder);
    expect(before).toMatchObject([{ state: 'held' }]);
    const next = await on.waiting({ ...needing(name), pool });
    await fleet.startNode('c', ['--pool', pool, '--lease', '2s']);
    node.signal('SIGKILL');
    await on.started(holder, 2);
    expect(await on.grantsOf(holder)).toEqual(before);
    expect(on.hasStarted(next)).toBe(false);
    await on.end(holder);
    await on.started(next);
    await on.end(next);
  });

  test('is not lost with the orchestrator, nor what was set of it', async () => {
    await fleet.client.resources.set('two', 1);
    const holder = await on.running(needing('two'));
    const next = await on.waiting(needing('two'));
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    await fleet.open(holder.id);
    const unseen = await on.hold(needing('two'));
    await fleet.startOrchestrator(FLAGS);
    await on.started(next);
    expect(await on.listed('two')).toMatchObject({ capacity: 1 });
    await on.end(next);
    await on.started(unseen);
    expect(on.isAfter(next, holder)).toBe(true);
    expect(on.isAfter(unseen, next)).toBe(true);
    await on.end(unseen);
    await fleet.client.resources.set('two', 2);
  });

  test('is not held by a job that waits for its turn in a strict session', async () => {
    const name = await on.resource(1);
    const id = `s-${randomUUID()}`;
    await fleet.client.sessions.create(id, { concurrency: 1 });
    const first = await on.running({ session: { id, index: 0 } });
    const second = await on.hold({ ...needing(name), session: { id, index: 1 } });
    await fleet.logged('job.awaits_turn', { job: second.id });
    expect(await on.grantsOf(second)).toEqual([]);
    const other = await on.running(needing(name));
    await on.end(first);
    await on.waits(second, `waits for 1 of ${name}, of which 1 of 1 are held: 1st in the queue`);
    await on.end(other);
    await on.started(second);
    await on.end(second);
  });
});
