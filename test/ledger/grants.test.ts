import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cancelled } from '../../src/domain/attempt.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { askGrant, grantOf } from '../../src/ledger/grants.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob, takeOverJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { listResources, setResource } from '../../src/ledger/resources.ts';
import { asking, end, ending, resource, stateOf } from './holders.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const OPENED = { kind: 'opened' };
const WAITS = { kind: 'opened', awaitsGrant: true };
const HELD = { answer: { kind: 'held' }, granted: [] };

/** Opens a job that needs some of these. */
async function open(resources: Record<string, number>, given: Parameters<typeof opening>[0] = {}) {
  const job = opening({ resources, ...given });
  const answer = await openJob(pool, job);
  return { ...job, answer };
}

describe('what a job needs', () => {
  it('is granted as it opens, while there is enough', async () => {
    const name = await resource(pool, 3);
    const first = await open({ [name]: 2 });
    expect(first.answer).toEqual(OPENED);
    expect(await stateOf(pool, first)).toBe('held');
    expect((await open({ [name]: 2 })).answer).toEqual(WAITS);
    expect(await listResources(pool, { name })).toMatchObject([
      { name, pool: undefined, capacity: 3, held: 2, waiting: 1, isLimit: false },
    ]);
  });

  it('goes to the next who waits when its holder is closed, in the order of asking', async () => {
    const name = await resource(pool, 1);
    const [first, second, third] = [
      await open({ [name]: 1 }),
      await open({ [name]: 1 }),
      await open({ [name]: 1 }),
    ];
    expect(await end(pool, first)).toEqual([second.spec.id]);
    expect(await stateOf(pool, first)).toBeUndefined();
    expect(await askGrant(pool, asking(second))).toEqual(HELD);
    expect(await stateOf(pool, third)).toBe('waiting');
    expect(await end(pool, second)).toEqual([third.spec.id]);
    expect(await end(pool, third)).toEqual([]);
  });

  it('goes by priority before the order of asking', async () => {
    const name = await resource(pool, 1);
    const first = await open({ [name]: 1 });
    await open({ [name]: 1 });
    const urgent = await open({ [name]: 1 }, { priority: 1 });
    expect(await end(pool, first)).toEqual([urgent.spec.id]);
  });

  it('is all there or none of it', async () => {
    const [ample, scarce] = [await resource(pool, 5), await resource(pool, 1)];
    const first = await open({ [scarce]: 1 });
    const both = await open({ [scarce]: 1, [ample]: 5 });
    expect(both.answer).toEqual(WAITS);
    expect((await listResources(pool, { name: ample }))[0]).toMatchObject({ held: 0, waiting: 1 });
    // What it waits for is kept for it: a later one would starve it.
    const late = await open({ [ample]: 1 });
    expect((await askGrant(pool, asking(late))).answer.kind).toBe('waiting');
    expect(await end(pool, first)).toEqual([both.spec.id]);
    expect(await end(pool, both)).toEqual([late.spec.id]);
  });

  it('may be what those before cannot use', async () => {
    const name = await resource(pool, 10);
    const first = await open({ [name]: 5 });
    const impossible = await open({ [name]: 11 });
    const next = await open({ [name]: 5 });
    expect(next.answer).toEqual(WAITS);
    expect(await askGrant(pool, asking(next))).toEqual(HELD);
    const why = `asks for 11 of ${name}, of which there are only 10`;
    expect((await askGrant(pool, asking(impossible))).answer).toEqual({ kind: 'waiting', why });
    expect(await end(pool, first)).toEqual([]);
  });

  it('says what it waits for, and where in the queue', async () => {
    const name = await resource(pool, 64);
    await open({ [name]: 60 });
    await open({ [name]: 8 });
    const job = await open({ [name]: 8 });
    const why = `waits for 8 of ${name}, of which 60 of 64 are held: 2nd in the queue`;
    expect((await askGrant(pool, asking(job))).answer).toEqual({ kind: 'waiting', why });
    expect(await grantOf(pool, job.spec.id, 1)).toMatchObject({
      state: 'waiting',
      words: why,
      needs: [{ resource: name, pool: '', amount: 8, capacity: 64, held: 60, place: 2 }],
      grantedAt: undefined,
    });
  });

  it('waits for a resource that nobody has configured, until somebody does', async () => {
    const name = unique('res');
    const job = await open({ [name]: 1 });
    const { answer } = await askGrant(pool, asking(job));
    expect(answer).toMatchObject({
      why: expect.stringContaining('nobody has configured') as string,
    });
    const { granted } = await setResource(pool, { name, pool: undefined, capacity: 1 });
    expect(granted).toEqual([{ job: job.spec.id, generation: 1 }]);
    expect(await stateOf(pool, job)).toBe('held');
  });

  it('comes from its pool first', async () => {
    const name = await resource(pool, 1);
    await setResource(pool, { name, pool: 'own', capacity: 1 });
    const own = await open({ [name]: 1 }, { pool: 'own' });
    const other = await open({ [name]: 1 }, { pool: 'other' });
    expect([own.answer, other.answer]).toEqual([OPENED, OPENED]);
    expect((await open({ [name]: 1 }, { pool: 'own' })).answer).toEqual(WAITS);
    expect((await listResources(pool, { name })).map(({ pool: of, held }) => [of, held])).toEqual([
      [undefined, 1],
      ['own', 1],
    ]);
  });

  it('is looked for in the pool again when that gets a resource of its own', async () => {
    const name = await resource(pool, 1);
    const first = await open({ [name]: 1 });
    const job = await open({ [name]: 1 }, { pool: 'own' });
    // Nobody is granted any of it before having asked for it.
    const told = { granted: [], strayed: [{ job: job.spec.id, generation: 1 }] };
    expect(await setResource(pool, { name, pool: 'own', capacity: 1 })).toEqual(told);
    expect(await askGrant(pool, asking(job))).toEqual(HELD);
    expect(await end(pool, first)).toEqual([]);
  });
});

describe('a concurrency limit', () => {
  const limited = (key: string, limit = 1) => opening({ concurrency: { key, limit } });

  it('lets so many jobs of its key hold it, and makes its resource itself', async () => {
    const key = unique('key');
    const [first, second] = [limited(key), limited(key)];
    await openJob(pool, first);
    expect(await askGrant(pool, asking(first))).toEqual(HELD);
    expect(await openJob(pool, second)).toEqual(WAITS);
    expect(await listResources(pool, { name: `concurrency/${key}` })).toMatchObject([
      { capacity: 1, isLimit: true, held: 1, waiting: 1 },
    ]);
    expect(await end(pool, first)).toEqual([second.spec.id]);
    expect(await openJob(pool, limited(key))).toEqual(WAITS);
    await end(pool, second);
  });

  it('is the one that was asked for last', async () => {
    const key = unique('key');
    const first = limited(key);
    await openJob(pool, first);
    await askGrant(pool, asking(first));
    expect(await openJob(pool, limited(key, 2))).toEqual(OPENED);
    expect(await openJob(pool, limited(key, 1))).toEqual(WAITS);
    const name = `concurrency/${key}`;
    expect((await listResources(pool, { name }))[0]).toMatchObject({ capacity: 1, held: 2 });
  });
});

describe('a job that has asked', () => {
  it('gives its place in the queue back when it is cancelled', async () => {
    const name = await resource(pool, 2);
    const first = await open({ [name]: 1 });
    const large = await open({ [name]: 2 });
    const small = await open({ [name]: 1 });
    expect((await askGrant(pool, asking(small))).answer.kind).toBe('waiting');
    const { granted } = await closeJob(pool, ending(large, cancelled('the job was cancelled')));
    expect(granted).toEqual([{ job: small.spec.id, generation: 1 }]);
    expect(await stateOf(pool, first)).toBe('held');
  });

  it('gives it back once, however often it is closed', async () => {
    const name = await resource(pool, 1);
    const first = await open({ [name]: 1 });
    await open({ [name]: 1 });
    await open({ [name]: 1 });
    expect(await end(pool, first)).toHaveLength(1);
    expect(await end(pool, first)).toEqual([]);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ held: 1, waiting: 1 });
  });

  it('keeps what it holds when another run takes it over', async () => {
    const name = await resource(pool, 1);
    const job = await open({ [name]: 1 });
    const taken = { ...job, runId: unique('run') };
    expect(await takeOverJob(pool, taken, job.runId)).toBe(true);
    expect(await openJob(pool, taken)).toEqual(WAITS);
    expect(await askGrant(pool, asking(taken))).toEqual(HELD);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ held: 1, waiting: 0 });
  });

  it('has asked once, however often it opens', async () => {
    const name = await resource(pool, 1);
    await open({ [name]: 1 });
    const job = await open({ [name]: 1 });
    expect(await openJob(pool, job)).toEqual(WAITS);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ held: 1, waiting: 1 });
  });

  it('gets nothing when it is closed', async () => {
    const name = await resource(pool, 1);
    const job = opening({ resources: { [name]: 1 } });
    await openJob(pool, { ...job, spec: { ...job.spec, needs: [] } });
    await closeJob(pool, closing(job));
    // Who asks opens it again then, and is told how it ended.
    expect((await askGrant(pool, asking(job))).answer.kind).toBe('missing');
    expect(await stateOf(pool, job)).toBeUndefined();
  });
});

describe('a job that waits for something else', () => {
  it('holds nothing before its turn in a strict session', async () => {
    const name = await resource(pool, 2);
    const session = unique('session');
    await pool.query('insert into holdfast.sessions (id, is_strict) values ($1, true)', [session]);
    const first = await open({ [name]: 1 }, { session: { id: session, index: 0 } });
    const second = await open({ [name]: 1 }, { session: { id: session, index: 1 } });
    expect(first.answer).toEqual(OPENED);
    expect(second.answer).toEqual({ kind: 'opened', awaitsTurn: true, awaitsGrant: true });
    expect(await stateOf(pool, second)).toBeUndefined();
    const { turn } = await closeJob(pool, ending(first));
    expect(turn?.jobId).toBe(second.spec.id);
    expect(await askGrant(pool, asking(second))).toEqual(HELD);
    await end(pool, second);
    expect((await listResources(pool, { name }))[0]).toMatchObject({ held: 0, waiting: 0 });
  });
});

it('decides beyond the first who wait, where those leave some', async () => {
  const name = await resource(pool, 0);
  const jobs = Array.from({ length: 45 }, () => opening({ resources: { [name]: 1 } }));
  for (const job of jobs) await openJob(pool, job);
  const { granted } = await setResource(pool, { name, pool: undefined, capacity: 43 });
  expect(granted.map(({ job }) => job)).toEqual(jobs.slice(0, 43).map(({ spec }) => spec.id));
});
