import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { PoolPause } from '../../src/domain/storm.ts';
import { STORM_DEFAULTS } from '../../src/domain/storm.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { poolPauses, resumePool, setPause } from '../../src/ledger/pool-pauses.ts';
import type { NodeLoss } from '../../src/ledger/record-loss.ts';
import { recordLoss } from '../../src/ledger/record-loss.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import { AT, nodeChange, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

/** A pool of so many nodes that are online. */
async function poolOf(size: number): Promise<{ name: string; nodes: string[] }> {
  const name = unique('pool');
  const nodes = Array.from({ length: size }, (_, i) => `${name}-${i}`);
  for (const node of nodes) await recordNode(pool, nodeChange({ name: node }, { pool: name }));
  return { name, nodes };
}

const loss = (inPool: string, name: string, at = AT, incarnation = 'i1'): NodeLoss => ({
  name,
  pool: inPool,
  incarnation,
  at,
});

const lose = (of: { name: string; nodes: string[] }, index: number, at = AT) =>
  recordLoss(pool, loss(of.name, of.nodes[index] ?? '', at), STORM_DEFAULTS);

const pauseOf = async (name: string): Promise<PoolPause | undefined> =>
  (await poolPauses(pool)).find((pause) => pause.pool === name);

async function now(): Promise<number> {
  const { rows } = await pool.query<{ now: Date }>('select now() as now');
  return rows[0]?.now.getTime() ?? NaN;
}

describe('recordLoss', () => {
  it('pauses a pool for the hold when more than the share of it is lost, and says why', async () => {
    const gpu = await poolOf(4);
    expect(await lose(gpu, 0)).toBeUndefined();
    expect(await lose(gpu, 1)).toBeUndefined();
    expect(await pauseOf(gpu.name)).toBeUndefined();
    const before = await now();
    const pause = await lose(gpu, 2);
    const after = await now();
    expect(pause).toMatchObject({ pool: gpu.name, lost: 3 });
    expect(pause?.why).toMatch(/pauses until ..:..:.. UTC: 3 of 4 nodes were lost within 10 s$/);
    expect(pause?.until).toBeGreaterThanOrEqual(before + STORM_DEFAULTS.holdMs);
    expect(pause?.until).toBeLessThanOrEqual(after + STORM_DEFAULTS.holdMs);
    expect(await pauseOf(gpu.name)).toEqual(pause);
  });

  it('counts the nodes that are online or were lost lately as the pool', async () => {
    const gpu = await poolOf(6);
    const registration = nodeChange({}, { pool: gpu.name });
    for (const [i, name] of gpu.nodes.entries()) {
      if (i < 4) await recordNode(pool, { ...registration, name, seq: 2, state: 'offline' });
    }
    // Node 3 is not of the pool any more: it is offline and was not lost lately.
    for (const index of [0, 1]) expect(await lose(gpu, index)).toBeUndefined();
    expect((await lose(gpu, 2))?.why).toContain('3 of 5 nodes');
  });

  it('does not pause when half of the pool is lost, or few nodes of a small one', async () => {
    const [six, two] = [await poolOf(6), await poolOf(2)];
    for (const index of [0, 1, 2]) expect(await lose(six, index)).toBeUndefined();
    for (const index of [0, 1]) expect(await lose(two, index)).toBeUndefined();
    expect((await lose(six, 3))?.why).toContain('4 of 6 nodes');
  });

  it('does not count losses of another pool, or from before the window', async () => {
    const [gpu, cpu] = [await poolOf(3), await poolOf(3)];
    expect(await lose(gpu, 0)).toBeUndefined();
    expect(await lose(cpu, 1)).toBeUndefined();
    expect(await lose(gpu, 1, AT + 10_000)).toBeUndefined();
    expect(await lose(gpu, 2, AT + 10_001)).toBeUndefined();
    expect((await lose(gpu, 0, AT + 20_000))?.why).toContain('3 of 3 nodes');
  });

  it('counts losses that come late in their right place', async () => {
    const gpu = await poolOf(3);
    await lose(gpu, 0, AT + 8_000);
    await lose(gpu, 1, AT + 10_000);
    expect(await lose(gpu, 2, AT - 1)).toBeUndefined();
    expect(await lose(gpu, 2, AT)).toMatchObject({ lost: 3 });
  });

  it('counts a node that is lost again and again once', async () => {
    const gpu = await poolOf(3);
    for (const at of [0, 1_000, 2_000, 3_000]) {
      expect(await lose(gpu, 0, AT + at)).toBeUndefined();
    }
    const other = loss(gpu.name, gpu.nodes[0] ?? '', AT, 'i2');
    expect(await recordLoss(pool, other, STORM_DEFAULTS)).toBeUndefined();
  });

  it('repeated, answers the pause in force and sets none', async () => {
    const gpu = await poolOf(3);
    for (const index of [0, 0, 0, 1]) expect(await lose(gpu, index)).toBeUndefined();
    const pause = await lose(gpu, 2);
    expect(pause).toBeDefined();
    expect(await lose(gpu, 2)).toEqual(pause);
    await resumePool(pool, gpu.name);
    expect(await lose(gpu, 2)).toBeUndefined();
    expect(await pauseOf(gpu.name)).toBeUndefined();
  });

  it('holds longer with each further loss, never shorter', async () => {
    const gpu = await poolOf(5);
    for (const index of [0, 1]) await lose(gpu, index);
    const first = await lose(gpu, 2);
    const second = await lose(gpu, 3);
    expect(second).toMatchObject({ lost: 4 });
    expect(second?.until).toBeGreaterThanOrEqual(first?.until ?? Infinity);
    const short = { ...STORM_DEFAULTS, holdMs: 1 };
    const third = await recordLoss(pool, loss(gpu.name, gpu.nodes[4] ?? ''), short);
    expect(third).toMatchObject({ lost: 5, until: second?.until });
  });

  it('answers a pause in force also when the loss makes no storm', async () => {
    const gpu = await poolOf(6);
    const pause = { pool: gpu.name, until: (await now()) + 60_000, why: 'a storm', lost: 4 };
    await setPause(pool, pause);
    expect(await lose(gpu, 0)).toEqual(pause);
  });

  it('misses none of the losses that come at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const gpu = await poolOf(5);
      const answers = await Promise.all(gpu.nodes.map((_, index) => lose(gpu, index)));
      expect(answers.map((pause) => pause?.lost ?? 0).sort()).toEqual([0, 0, 3, 4, 5]);
      expect(await pauseOf(gpu.name)).toMatchObject({ lost: 5 });
    }
  });
});

describe('poolPauses', () => {
  it('gives the pauses in force in the order of their pool', async () => {
    const [b, a, over] = [unique('b'), unique('a'), unique('c')];
    const until = (await now()) + 60_000;
    for (const name of [b, a]) await setPause(pool, { pool: name, until, why: 'a storm', lost: 3 });
    await setPause(pool, { pool: over, until: AT, why: 'a storm', lost: 3 });
    const pauses = (await poolPauses(pool)).filter(({ pool: name }) => [a, b, over].includes(name));
    expect(pauses).toEqual([a, b].map((name) => ({ pool: name, until, why: 'a storm', lost: 3 })));
  });
});

describe('resumePool', () => {
  it('ends a pause in force, once, and of that pool only', async () => {
    const [gpu, cpu] = [unique('pool'), unique('pool')];
    const until = (await now()) + 60_000;
    for (const name of [gpu, cpu]) await setPause(pool, { pool: name, until, why: 'w', lost: 3 });
    expect(await resumePool(pool, gpu)).toBe(true);
    expect(await pauseOf(gpu)).toBeUndefined();
    expect(await pauseOf(cpu)).toBeDefined();
    expect(await resumePool(pool, gpu)).toBe(false);
  });

  it('says no when the pause is over by itself', async () => {
    const gpu = unique('pool');
    await setPause(pool, { pool: gpu, until: AT, why: 'w', lost: 3 });
    expect(await resumePool(pool, gpu)).toBe(false);
  });
});
