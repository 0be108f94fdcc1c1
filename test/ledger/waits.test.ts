import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeJob } from '../../src/ledger/close-job.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import { held, reserve } from '../../src/ledger/reservations.ts';
import type { Wait } from '../../src/ledger/waits.ts';
import { listWaits, recordWait, waiting, waitOf } from '../../src/ledger/waits.ts';
import { AT, closing, nodeChange, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function opened(): Promise<{ job: string; generation: number }> {
  const open = opening();
  await openJob(pool, open);
  return { job: open.spec.id, generation: 1 };
}

async function waits(given: Partial<Wait> = {}): Promise<Wait> {
  const plain = { pool: 'test', kind: 'greet', why: 'no node', since: AT };
  const wait = { ...plain, ...(await opened()), ...given };
  await recordWait(pool, wait);
  return wait;
}

const keyOf = ({ job, generation }: Wait) => ({ job, generation });

describe('recordWait', () => {
  it('keeps why, since when and until when a job waits', async () => {
    const wait = await waits({ node: 'n1', why: `it's "off"\n😀`, until: AT + 1 });
    expect(await waitOf(pool, wait.job, 1)).toEqual(wait);
    const plain = await waits();
    expect(await waitOf(pool, plain.job, 1)).toEqual({
      ...plain,
      node: undefined,
      until: undefined,
    });
  });

  it('repeated, takes what is new and keeps since when', async () => {
    const wait = await waits({ node: 'n1', until: AT + 1 });
    const other = { why: 'other', pool: 'b', kind: 'c' };
    await recordWait(pool, { ...keyOf(wait), ...other, since: AT + 9_000 });
    expect(await waitOf(pool, wait.job, 1)).toEqual({
      ...keyOf(wait),
      ...other,
      since: AT,
      node: undefined,
      until: undefined,
    });
  });

  it('takes the reservation of its job off the record, and of no other job', async () => {
    const node = nodeChange();
    const start = { node: node.name, incarnation: 'i1' };
    await recordNode(pool, node);
    const [one, two] = [await opened(), await opened()];
    for (const job of [one, two]) {
      await reserve(pool, { ...job, epoch: 1 }, start, { overbook: false });
    }
    await recordWait(pool, { ...one, pool: 'test', kind: 'greet', why: 'no node', since: AT });
    expect(await held(pool, start)).toEqual([{ ...two, epoch: 1 }]);
  });

  it('records nothing of a job that is closed, or was never opened', async () => {
    const open = opening();
    await openJob(pool, open);
    await closeJob(pool, closing(open));
    for (const { spec } of [open, opening()]) {
      await waits({ job: spec.id });
      expect(await waitOf(pool, spec.id, 1)).toBeUndefined();
    }
  });

  it('keeps the waits of two generations of a job apart', async () => {
    const { job } = await waits();
    await openJob(pool, opening({}, { id: job, generation: 2 }));
    await waits({ job, generation: 2, why: 'other' });
    expect(await waitOf(pool, job, 1)).toMatchObject({ why: 'no node' });
    expect(await waitOf(pool, job, 2)).toMatchObject({ why: 'other' });
    expect(await waitOf(pool, job, 3)).toBeUndefined();
  });
});

describe('waiting', () => {
  it('gives the jobs that wait for the node or for any of its pool, oldest first', async () => {
    const [gpu, node] = [unique('pool'), unique('node')];
    const forAny = await waits({ pool: gpu, since: AT + 2 });
    const forNode = await waits({ pool: gpu, node, since: AT + 1 });
    const fromElsewhere = await waits({ pool: unique('pool'), node, since: AT + 3 });
    await waits({ pool: gpu, node: unique('node') });
    await waits({ pool: unique('pool') });
    expect(await waiting(pool, { node, pool: gpu, limit: 9 })).toEqual(
      [forNode, forAny, fromElsewhere].map(keyOf),
    );
    expect(await waiting(pool, { node: unique('node'), pool: unique('pool'), limit: 9 })).toEqual(
      [],
    );
  });
});

it('tells of a free slot whoever waits longest for any node of the pool', async () => {
  const gpu = unique('pool');
  await waits({ pool: gpu, since: AT + 2 });
  const first = await waits({ pool: gpu, since: AT + 1 });
  await waits({ pool: gpu, node: unique('node'), since: AT });
  expect(await waiting(pool, { pool: gpu, limit: 1 })).toEqual([keyOf(first)]);
});

describe('listWaits', () => {
  it('gives those that wait longest first, up to the limit, of all pools or of one', async () => {
    const gpu = unique('pool');
    // Older than what any other test leaves.
    const [late, early] = [
      await waits({ pool: gpu, since: 2_000, until: AT }),
      await waits({ pool: gpu, since: 1_000, node: 'n1' }),
    ];
    const stored = [
      { ...early, until: undefined },
      { ...late, node: undefined },
    ];
    expect(await listWaits(pool, { pool: gpu, limit: 10 })).toEqual(stored);
    expect(await listWaits(pool, { pool: gpu, limit: 1 })).toEqual(stored.slice(0, 1));
    expect(await listWaits(pool, { limit: 2 })).toEqual(stored);
    expect(await listWaits(pool, { pool: unique('pool'), limit: 10 })).toEqual([]);
  });

  it('gives none of a job that is closed', async () => {
    const gpu = unique('pool');
    const open = opening();
    await openJob(pool, open);
    const job = open.spec.id;
    await waits({ job, pool: gpu });
    // As a call that was slower than the job's end leaves it.
    await closeJob(pool, closing(open));
    expect(await listWaits(pool, { pool: gpu, limit: 10 })).toEqual([]);
    expect(await waiting(pool, { node: unique('node'), pool: gpu, limit: 9 })).toEqual([]);
    expect(await waitOf(pool, job, 1)).toBeUndefined();
  });
});
