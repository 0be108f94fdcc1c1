import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NodeFilter } from '../../src/ledger/find-nodes.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findNode, listNodes } from '../../src/ledger/find-nodes.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { placeSituation } from '../../src/ledger/place-situation.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { setPause } from '../../src/ledger/pool-pauses.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import { reserve } from '../../src/ledger/reservations.ts';
import { AT, closing, modeOf, nodeChange, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

/** A node of a pool, and so many reservations of open jobs on it. */
async function nodeWith(name: string, inPool: string, reserved = 0): Promise<void> {
  await recordNode(pool, nodeChange({ name }, { pool: inPool, slots: 9 }));
  for (let i = 0; i < reserved; i += 1) await reservedJob(name);
}

async function reservedJob(node: string, incarnation = 'i1') {
  const open = opening();
  await openJob(pool, open);
  const attempt = { job: open.spec.id, generation: 1, epoch: 1 };
  expect(await reserve(pool, attempt, { node, incarnation }, { overbook: false })).toBe(true);
  return open;
}

describe('findNode', () => {
  it('knows no node that never registered', async () => {
    expect(await findNode(pool, unique('node'))).toBeUndefined();
  });

  it('counts the attempts of open jobs that were placed on this start of it', async () => {
    const name = unique('node');
    await nodeWith(name, 'test', 2);
    const open = await reservedJob(name);
    expect(await findNode(pool, name)).toMatchObject({ reserved: 3 });
    // As a call that was slower than the job's end leaves it.
    await closeJob(pool, closing(open));
    expect(await findNode(pool, name)).toMatchObject({ reserved: 2 });
    await recordNode(pool, nodeChange({ name, seq: 2 }, { incarnation: 'i2' }));
    expect(await findNode(pool, name)).toMatchObject({ reserved: 0 });
  });
});

describe('listNodes', () => {
  it('gives nodes in the order of pool and name, by every filter', async () => {
    const [a, b] = [unique('a'), unique('b')];
    const names = ['3', '1', '2'].map((name) => unique(name));
    const [three = '', one = '', two = ''] = names;
    await recordNode(pool, nodeChange({ name: three }, { pool: a }));
    await recordNode(pool, nodeChange({ name: one, state: 'offline' }, { pool: b }));
    await recordNode(pool, nodeChange({ name: two, mode: modeOf('cordoned') }, { pool: a }));
    const listed = async (filter?: NodeFilter) =>
      (await listNodes(pool, filter))
        .map(({ name }) => name)
        .filter((name) => names.includes(name));
    expect(await listed()).toEqual([two, three, one]);
    expect(await listed({ pool: a })).toEqual([two, three]);
    expect(await listed({ state: 'offline' })).toEqual([one]);
    expect(await listed({ mode: 'cordoned' })).toEqual([two]);
    expect(await listed({ pool: a, state: 'online', mode: 'enabled' })).toEqual([three]);
    expect(await listed({ pool: b, mode: 'draining' })).toEqual([]);
  });
});

describe('placeSituation', () => {
  it('gives the nodes of the pool in the order of their name, whatever their state', async () => {
    const gpu = unique('pool');
    await nodeWith(`${gpu}-2`, gpu, 1);
    const change = nodeChange(
      { name: `${gpu}-1`, state: 'offline', isStopping: true, mode: modeOf('draining') },
      { pool: gpu, labels: { zone: 'b' } },
    );
    await recordNode(pool, change);
    await nodeWith(unique('node'), unique('pool'));
    const { nodes, pause } = await placeSituation(pool, { pool: gpu });
    const plain = { incarnation: 'i1', pool: gpu, kinds: ['greet'], leaseMs: 5_000 };
    expect(nodes).toEqual([
      {
        ...plain,
        name: `${gpu}-1`,
        state: 'offline',
        mode: 'draining',
        isStopping: true,
        slots: 2,
        labels: { zone: 'b' },
        reserved: 0,
      },
      {
        ...plain,
        name: `${gpu}-2`,
        state: 'online',
        mode: 'enabled',
        isStopping: false,
        slots: 9,
        labels: {},
        reserved: 1,
      },
    ]);
    expect(pause).toBeUndefined();
  });

  it('gives the node of the pin once, in the pool or out of it, and none that is unknown', async () => {
    const [gpu, inside, outside] = [unique('pool'), unique('a'), unique('b')];
    await nodeWith(inside, gpu);
    await nodeWith(outside, unique('pool'));
    const names = async (pin: string) =>
      (await placeSituation(pool, { pool: gpu, pin })).nodes.map(({ name }) => name);
    expect(await names(inside)).toEqual([inside]);
    expect(await names(outside)).toEqual([inside, outside]);
    expect(await names(unique('node'))).toEqual([inside]);
  });

  it("gives the time of the ledger's clock, also of a pool without nodes", async () => {
    const { now, nodes } = await placeSituation(pool, { pool: unique('pool') });
    const { rows } = await pool.query<{ now: Date }>('select now() as now');
    expect(nodes).toEqual([]);
    expect(rows[0]?.now.getTime()).toBeGreaterThanOrEqual(now);
    expect(rows[0]?.now.getTime()).toBeLessThan(now + 60_000);
  });

  it('gives the pause of the pool while it is in force, and of no other pool', async () => {
    const [gpu, cpu] = [unique('pool'), unique('pool')];
    await nodeWith(unique('node'), gpu);
    const { now } = await placeSituation(pool, { pool: gpu });
    const until = now + 60_000;
    await setPause(pool, { pool: gpu, until, why: 'a storm', lost: 3 });
    expect((await placeSituation(pool, { pool: gpu })).pause).toEqual({ until, why: 'a storm' });
    expect((await placeSituation(pool, { pool: cpu })).pause).toBeUndefined();
    await setPause(pool, { pool: gpu, until: AT, why: 'a storm', lost: 3 });
    expect((await placeSituation(pool, { pool: gpu })).pause).toBeUndefined();
  });
});
