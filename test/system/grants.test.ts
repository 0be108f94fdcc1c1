import { randomUUID } from 'node:crypto';
import { defineJob } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { Fleet } from '../support/fleet.ts';
import { needing, Resources } from '../support/resources.ts';

const FLAGS = ['--resource', 'two=2', '--resource', 'test/of-pool=1'];

let fleet: Fleet;
let on: Resources;
beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, FLAGS);
  await fleet.startNode('a', ['--slots', '32']);
  on = await Resources.of(fleet);
});
afterAll(() => on.stop());

describe('a resource', () => {
  test('is waited for in a queue, in which each job is told its place', async () => {
    const [first, second] = [await on.running(needing('two')), await on.running(needing('two'))];
    const [third, fourth] = [await on.waiting(needing('two')), await on.waiting(needing('two'))];
    const place = (words: string) => `waits for 1 of two, of which 2 of 2 are held: ${words}`;
    expect((await on.waits(third, place('1st in the queue'))).live).toMatchObject({
      phase: 'waiting',
      waitsFor: 'resource',
    });
    await on.waits(fourth, place('2nd in the queue'));
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    for (const command of ['show', 'explain']) {
      const { stdout } = await runHoldfast(['jobs', command, fourth.id], { env });
      expect(stdout).toContain(place('2nd in the queue'));
    }
    expect(await on.listed('two')).toMatchObject({ capacity: 2, held: 2, waiting: 2 });
    await on.end(first);
    await on.started(third);
    await on.waits(fourth, place('1st in the queue'));
    await on.end(second);
    await on.started(fourth);
    await Promise.all([on.end(third), on.end(fourth)]);
    expect(on.isAfter(third, first)).toBe(true);
    expect(on.isAfter(fourth, second)).toBe(true);
    expect(await on.listed('two')).toMatchObject({ capacity: 2, held: 0, waiting: 0 });
  });

  test('is kept for a job that needs all of it, while small ones keep coming', async () => {
    const name = await on.resource(4);
    const small = [];
    for (let i = 0; i < 3; i++) small.push(await on.running(needing(name)));
    const large = await on.waiting(needing(name, 4));
    const later = [];
    for (const job of small) {
      later.push(await on.waiting(needing(name)));
      await on.end(job);
    }
    await on.started(large);
    expect(later.filter((job) => on.hasStarted(job))).toEqual([]);
    await on.end(large);
    for (const job of later) {
      await on.started(job);
      expect(on.isAfter(job, large)).toBe(true);
    }
    await Promise.all(later.map((job) => on.end(job)));
  });

  test('is held together with all others that a job needs, or not at all', async () => {
    const [one, other] = [await on.resource(1), await on.resource(1)];
    const first = await on.running(needing(one));
    const both = await on.waiting({ resources: { [one]: 1, [other]: 1 } });
    expect(await on.grantsOf(both)).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
    expect(await on.listed(other)).toMatchObject({ held: 0, waiting: 1 });
    await on.end(first);
    await on.started(both);
    const last = await on.waiting(needing(other));
    await on.end(both);
    await on.started(last);
    await on.end(last);
    expect(on.isAfter(last, both)).toBe(true);
  });

  test('never keeps two jobs waiting for each other', async () => {
    const names = await Promise.all([1, 1, 1].map((n) => on.resource(n)));
    const pairs = names.map((name, i) => [name, names[(i + 1) % names.length]!] as const);
    const jobs = await Promise.all(
      [...pairs, ...pairs, ...pairs].map(([one, other]) =>
        fleet.client.jobs.submit('echo', one, {
          pool: fleet.pool,
          resources: { [one]: 1, [other]: 1 },
        }),
      ),
    );
    await Promise.all(jobs.map((job) => job.result()));
  });

  test('goes to the job of the first priority', async () => {
    const name = await on.resource(1);
    const holder = await on.running(needing(name));
    const usual = await on.waiting(needing(name));
    const first = await on.waiting({ ...needing(name), priority: 1 });
    await on.waits(usual, `waits for 1 of ${name}, of which 1 of 1 are held: 2nd in the queue`);
    await on.end(holder);
    await on.started(first);
    expect(on.hasStarted(usual)).toBe(false);
    await on.end(first);
    await on.started(usual);
    expect(on.isAfter(usual, first)).toBe(true);
    await on.end(usual);
  });

  test('of which a job asks more than there is does not keep others from it', async () => {
    const name = await on.resource(2);
    const large = await on.waiting(needing(name, 5));
    await on.waits(large, `asks for 5 of ${name}, of which there are only 2`);
    const small = await on.running(needing(name, 2));
    expect(await fleet.client.resources.set(name, 5)).toEqual({ granted: 0 });
    await on.waits(large, `waits for 5 of ${name}, of which 2 of 5 are held: 1st in the queue`);
    expect(await fleet.client.resources.set(name, 7)).toEqual({ granted: 1 });
    await on.started(large);
    await Promise.all([on.end(small), on.end(large)]);
  });

  test('that nobody has configured is waited for until somebody does', async () => {
    const name = `r-${randomUUID().slice(0, 8)}`;
    const job = await on.waiting(needing(name));
    const why = `waits for resource ${name}, which nobody has configured`;
    await on.waits(job, `${why}: holdfast resources set ${name} …`);
    expect(await fleet.client.resources.set(name, 1)).toEqual({ granted: 1 });
    await on.started(job);
    await on.end(job);
  });

  test('of a pool is not the one that the fleet has', async () => {
    await fleet.client.resources.set('of-pool', 10);
    const holder = await on.running(needing('of-pool'));
    const next = await on.waiting(needing('of-pool'));
    const words = 'of which 1 of 1 are held: 1st in the queue';
    await on.waits(next, `waits for 1 of of-pool of pool test, ${words}`);
    await on.end(holder);
    await on.started(next);
    await on.end(next);
  });
});

describe('a limit', () => {
  test('of concurrency has a key of the input, whatever the kind', async () => {
    const input = z.object({ folder: z.string(), gate: z.string(), tenant: z.string() });
    const limited = (kind: string) =>
      defineJob({
        kind,
        pool: fleet.pool,
        input,
        concurrency: { key: ({ tenant }) => tenant, limit: 1 },
        run: () => undefined,
      });
    const [kind, otherKind] = [limited('hold'), limited('stubborn')];
    const submit = (definition: typeof kind, tenant: string) => {
      const id = randomUUID();
      return fleet.client.jobs.submit(definition, { ...fleet.hold(id), tenant }, { id });
    };
    const ours = randomUUID();
    const first = await submit(kind, ours);
    await on.started(first);
    const second = await submit(otherKind, ours);
    const why = `waits for 1 of concurrency/${ours}, of which 1 of 1 are held: 1st in the queue`;
    await on.waits(second, why);
    const others = await submit(otherKind, randomUUID());
    await on.started(others);
    await on.end(first);
    await on.started(second);
    await Promise.all([on.end(second), on.end(others)]);
    expect(on.isAfter(second, first)).toBe(true);
  });

  test('of a rate lets no more jobs start in any window', async () => {
    const [limit, windowMs] = [3, 2_000];
    const key = randomUUID();
    const rate = { key, limit, per: '2s' } as const;
    const options = { pool: fleet.pool, rate };
    const jobs = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map((n) => fleet.client.jobs.submit('echo', n, options)),
    );
    await Promise.all(jobs.map((job) => job.result()));
    const { rows } = await on.db.query<{ starts: number; started: number }>(
      `select extract(epoch from starts_at)::float8 * 1000 as starts,
              extract(epoch from started_at)::float8 * 1000 as started
       from holdfast.rate_starts join holdfast.attempts using (job_id, generation)
       where key = $1 order by starts_at`,
      [key],
    );
    expect(rows).toHaveLength(jobs.length);
    for (const [i, { starts, started: ran }] of rows.entries()) {
      const earlier = rows[i - limit];
      if (earlier !== undefined) expect(starts - earlier.starts).toBeGreaterThan(windowMs - 1);
      expect(Math.ceil(ran)).toBeGreaterThanOrEqual(Math.floor(starts));
    }
  });

  test('of a rate is waited for with nothing held, and a cancelled wait is no start', async () => {
    const name = await on.resource(1);
    const rate = { key: randomUUID(), limit: 1, per: '1h' } as const;
    const first = await on.running({ rate });
    const second = await on.hold({ ...needing(name), rate });
    await fleet.logged('job.awaits_start', { job: second.id });
    const view = await second.get();
    expect(view.live).toMatchObject({ phase: 'waiting', waitsFor: 'rate' });
    expect(await on.grantsOf(second)).toEqual([]);
    const other = await on.running(needing(name));
    await second.cancel();
    await expect(second.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    const starts = 'select job_id from holdfast.rate_starts where key = $1';
    expect((await on.db.query(starts, [rate.key])).rows).toEqual([{ job_id: first.id }]);
    await Promise.all([on.end(first), on.end(other)]);
  });
});
