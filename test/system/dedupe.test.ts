import { randomUUID } from 'node:crypto';
import type { SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { forget, terminate } from '../support/temporal.ts';

describe('a submit of an id that is there', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    await fleet.startNode('a', ['--slots', '8']);
  });
  afterAll(() => fleet.stop());

  const echo = (id: string, value: unknown, options: SubmitOptions = {}) =>
    fleet.client.jobs.submit('echo', value, { id, pool: fleet.pool, ...options });
  const hold = (id: string, gate: string, options: SubmitOptions = {}) =>
    fleet.client.jobs.submit('hold', fleet.hold(gate), { id, pool: fleet.pool, ...options });
  const running = async (id: string, generation = 1) => {
    await fleet.logged('attempt.started', { job: id, generation });
    return id;
  };
  const closed = async (value: unknown = 'first', options: SubmitOptions = {}) => {
    const id = randomUUID();
    await (await echo(id, value, options)).result();
    return id;
  };
  const exists = (id: string, state: string, generation = 1) => ({
    code: 'job_exists',
    details: { holder: id, state, generation },
  });

  test('attaches to an open job, and says whose it is', async () => {
    const id = randomUUID();
    const first = await hold(id, `gate-${id}`);
    expect(first).toMatchObject({ generation: 1, isNew: true, holder: undefined });
    await running(id);
    for (const dedupe of [undefined, 'attach'] as const) {
      const again = await hold(id, 'another', dedupe === undefined ? {} : { dedupe });
      const holder = { id, state: 'open', generation: 1 };
      expect(again).toMatchObject({ id, generation: 1, isNew: false, holder });
    }
    await expect(hold(id, 'another', { dedupe: 'reject' })).rejects.toMatchObject(
      exists(id, 'open'),
    );
    await fleet.open(`gate-${id}`);
    expect(await first.result()).toMatchObject({ epoch: 1 });
  });

  test('attaches to a closed job, or is refused', async () => {
    const id = await closed();
    const again = await echo(id, 'second', { dedupe: 'attach' });
    expect(again).toMatchObject({ isNew: false, holder: { state: 'succeeded' } });
    expect(await again.result()).toMatchObject({ value: 'first' });
    await expect(echo(id, 'second', { dedupe: 'reject' })).rejects.toMatchObject(
      exists(id, 'succeeded'),
    );
  });

  test('replaces a closed job: the next generation is what the id means', async () => {
    const id = await closed();
    const second = await echo(id, 'second', { dedupe: 'replace' });
    expect(second).toMatchObject({ generation: 2, isNew: true, holder: { generation: 1 } });
    expect(await second.result()).toMatchObject({ value: 'second' });
    expect(await fleet.client.jobs.result(id)).toMatchObject({ value: 'second' });
    expect(await fleet.client.jobs.get(id)).toMatchObject({ generation: 2 });
    expect(await fleet.client.jobs.get(id, { generation: 1 })).toMatchObject({
      generation: 1,
      result: { value: 'first' },
    });
    expect((await fleet.client.jobs.explain(id)).job.generation).toBe(2);
    expect(await echo(id, 'third')).toMatchObject({ generation: 2, isNew: false });
    const jobs = (await fleet.client.jobs.list({ limit: 1000 })).jobs.filter(
      (job) => job.id === id,
    );
    expect(jobs.map(({ generation }) => generation).sort()).toEqual([1, 2]);
  });

  test('replaces an open job when that has ended', async () => {
    const id = randomUUID();
    const first = await hold(id, 'never');
    await running(id);
    const second = await echo(id, 'second', { dedupe: 'replace' });
    expect(second).toMatchObject({ generation: 2, isNew: true, holder: { state: 'cancelled' } });
    await expect(first.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await fleet.marks()).toContain(`stopped-${id}-1`);
    expect(await second.result()).toMatchObject({ value: 'second' });
    expect(await first.get()).toMatchObject({ generation: 1, state: 'cancelled' });
  });

  test('replaces one whose workflow was ended by force, or is gone', async () => {
    for (const end of [terminate, forget]) {
      const id = randomUUID();
      await hold(id, 'never');
      await running(id);
      await end(fleet.namespace, `job/${id}`);
      const second = await echo(id, 'second', { dedupe: 'replace' });
      expect(second).toMatchObject({ generation: 2, holder: { state: 'cancelled' } });
      expect(await second.result()).toMatchObject({ value: 'second' });
    }
  });

  test('is right about a job that Temporal has forgotten', async () => {
    const id = await closed();
    await forget(fleet.namespace, `job/${id}`);
    await expect(echo(id, 'second', { dedupe: 'reject' })).rejects.toMatchObject(
      exists(id, 'succeeded'),
    );
    const attached = await echo(id, 'second', { dedupe: 'attach' });
    expect(await attached.result()).toMatchObject({ value: 'first' });
    const second = await echo(id, 'second', { dedupe: 'replace' });
    expect(second.generation).toBe(2);
    expect(await second.result()).toMatchObject({ value: 'second' });
    await forget(fleet.namespace, `job#2/${id}`);
    expect(await fleet.client.jobs.result(id)).toMatchObject({ value: 'second' });
  });

  test('50 times at once, replacing, leaves one newest generation, and no two ran at a time', async () => {
    const id = randomUUID();
    const gate = `gate-${id}`;
    const handles = await Promise.all(
      Array.from({ length: 50 }, () => hold(id, gate, { dedupe: 'replace' })),
    );
    await fleet.open(gate);
    const ends = await Promise.all(
      handles.map((handle) =>
        handle.result().then(
          () => handle.generation,
          (error: unknown) => (error as { code: string }).code,
        ),
      ),
    );
    const generations = handles.map(({ generation }) => generation).sort((a, b) => a - b);
    expect(generations).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(ends.filter((end) => end !== 'job_cancelled')).toEqual([50]);
    expect(await fleet.client.jobs.get(id)).toMatchObject({ generation: 50, state: 'succeeded' });
    expect(mostAtOnce(id)).toBe(1);
  });

  /** How many attempts of an id ran at the same time, by the log of the node. */
  function mostAtOnce(id: string): number {
    const now = new Set<string>();
    let most = 0;
    for (const line of fleet.lines.filter(({ job }) => job === id)) {
      const attempt = `${String(line['generation'])}/${String(line['epoch'])}`;
      if (line.msg === 'attempt.started') now.add(attempt);
      if (line.msg === 'attempt.ended') now.delete(attempt);
      most = Math.max(most, now.size);
    }
    return most;
  }

  test('runs again when the horizon of the one before is over', async () => {
    const within = await closed('first', { horizon: '1h' });
    expect(await echo(within, 'early', { horizon: '1s' })).toMatchObject({ isNew: false });
    const id = await closed('first', { horizon: '1s' });
    const second = await eventually(async () => {
      const handle = await echo(id, 'second', { horizon: '1s' });
      return handle.isNew && handle;
    });
    expect(second.generation).toBe(2);
    expect(await second.result()).toMatchObject({ value: 'second' });
  });

  test('runs again after a horizon also when only the first submit had one', async () => {
    const id = await closed('first', { horizon: 'while-active' });
    const second = await echo(id, 'second');
    expect(second).toMatchObject({ generation: 2, isNew: true });
    // It is the second one's horizon that counts now: none.
    expect(await echo(id, 'third', { dedupe: 'attach' })).toMatchObject({ generation: 2 });
  });

  test('with a horizon of while-active attaches while the job is open, and runs after', async () => {
    const id = randomUUID();
    const horizon = 'while-active';
    await hold(id, `gate-${id}`, { horizon });
    await running(id);
    expect(await hold(id, 'never', { horizon })).toMatchObject({ generation: 1, isNew: false });
    await fleet.open(`gate-${id}`);
    await fleet.client.jobs.result(id);
    expect(await echo(id, 'next', { horizon })).toMatchObject({ generation: 2, isNew: true });
    expect(await fleet.client.jobs.result(id)).toMatchObject({ value: 'next' });
  });

  test('takes its own place in a session over as long as that is not released', async () => {
    const session = { id: randomUUID(), index: 1 };
    const id = await closed('first', { session });
    const second = await echo(id, 'second', { session, dedupe: 'replace' });
    expect(await second.result()).toMatchObject({ value: 'second' });
    const zero = { session: { ...session, index: 0 } };
    const head = await closed('head', zero);
    const items = fleet.client.sessions.results(session.id, { follow: false });
    const seen = [];
    for await (const item of items) seen.push(item);
    expect(seen).toMatchObject([{ index: 0 }, { index: 1, job: id, result: { value: 'second' } }]);
    await expect(echo(head, 'again', { ...zero, dedupe: 'replace' })).rejects.toMatchObject({
      code: 'session_slot_taken',
    });
  });

  test('by hand starts the next generation with the stored request', async () => {
    const id = randomUUID();
    const first = await fleet.client.jobs.submit('fatal', 'x', { id, pool: fleet.pool });
    await expect(first.result()).rejects.toMatchObject({ code: 'job_failed' });
    const second = await fleet.client.jobs.retry(id);
    expect(second).toMatchObject({ id, generation: 2, isNew: true, warnings: [] });
    await expect(second.result()).rejects.toMatchObject({ code: 'job_failed' });
    await forget(fleet.namespace, `job#2/${id}`);
    const third = await fleet.client.jobs.retry(id);
    expect(third.generation).toBe(3);
    expect(third.warnings).toEqual([]);
    await expect(third.result()).rejects.toMatchObject({ code: 'job_failed' });
    expect(await third.get()).toMatchObject({ kind: 'fatal', input: 'x' });
    const open = await hold(randomUUID(), 'never');
    await expect(fleet.client.jobs.retry(open.id)).rejects.toMatchObject(exists(open.id, 'open'));
    await open.cancel({ wait: '30s' });
    await expect(fleet.client.jobs.retry(randomUUID())).rejects.toMatchObject({
      code: 'job_not_found',
    });
  });
});

describe('a submit of an id that was cleaned up', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    const flags = ['--retention-interval', '200ms', '--retention-closed-jobs', '0s'];
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, flags);
    await fleet.startNode('a', ['--slots', '4']);
  });
  afterAll(() => fleet.stop());

  const echo = (id: string, value: unknown, options: SubmitOptions = {}) =>
    fleet.client.jobs.submit('echo', value, { id, pool: fleet.pool, ...options });

  /** A job of which the fence is left, and which Temporal has forgotten. */
  const fence = async (options: SubmitOptions = {}) => {
    const id = randomUUID();
    await (await echo(id, 'first', options)).result();
    await eventually(async () => (await fleet.client.jobs.get(id)).error?.code === 'result_pruned');
    await forget(fleet.namespace, `job/${id}`);
    return id;
  };

  test('attaches to the fence, is refused by it, or replaces it', async () => {
    const [id, other, over] = await Promise.all([fence(), fence(), fence({ horizon: '1ms' })]);
    await expect((await echo(id, 'second')).result()).rejects.toMatchObject({
      code: 'result_pruned',
    });
    await expect(echo(id, 'second', { dedupe: 'reject' })).rejects.toMatchObject({
      code: 'job_exists',
      details: { holder: id, state: 'succeeded', generation: 1 },
    });
    // The input is what a retry by hand would need.
    await expect(fleet.client.jobs.retry(other)).rejects.toMatchObject({
      code: 'job_closed',
      message: `job ${other} has ended and its input was cleaned up`,
    });
    const replaced = await echo(other, 'second', { dedupe: 'replace' });
    expect(replaced).toMatchObject({ generation: 2, isNew: true });
    const again = await echo(over, 'second', { horizon: '1ms' });
    expect(again).toMatchObject({ generation: 2, isNew: true });
    for (const job of [replaced, again]) {
      await fleet.logged('attempt.started', { job: job.id, generation: 2 });
    }
  });
});
