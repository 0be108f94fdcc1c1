import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const SLOTS = 4;

describe('jobs of several slots', () => {
  let fleet: Fleet;
  let db: pg.Client;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await fleet.stop();
  });

  /** The slots of each job. */
  const weights = new Map<string, number>();

  const start = async (pool: string, name: string, slots: number) => {
    await fleet.startNode(name, ['--pool', pool, '--slots', String(slots)]);
    await fleet.logged('node.lease_held', { from: name });
  };

  /** A job that runs until the gate of its own name is open. */
  async function hold(pool: string, name: string, slots = 1): Promise<string> {
    const id = `${name}-${randomUUID()}`;
    weights.set(id, slots);
    const options = { pool, ...(slots === 1 ? {} : { slots }) };
    const input = fleet.hold(id);
    await db.query('select holdfast.enqueue($1, $2, $3, $4)', ['hold', input, id, options]);
    return id;
  }

  const running = (job: string) => fleet.logged('attempt.started', { job });

  /** Ends a job and waits for its result. */
  async function end(id: string): Promise<void> {
    await fleet.open(id);
    await fleet.client.jobs.result(id);
  }

  const isUsed = (node: string, slots: number) =>
    eventually(async () => {
      const { beat } = await fleet.client.nodes.get(node);
      return beat?.slotsUsed === slots;
    });

  /** A node has taken it, or it waits for one. */
  const isOnItsWay = (id: string) =>
    eventually(async () => {
      const { live } = await fleet.client.jobs.get(id).catch(() => ({ live: undefined }));
      return live !== undefined && live.phase !== 'enqueued' && live.phase !== 'opening';
    });

  const at = (msg: string, job: string) =>
    fleet.lines.findIndex((line) => line.msg === msg && line['job'] === job);

  /** The most slots that attempts had at once on a node, by its log. */
  function mostUsed(node: string): number {
    let [used, most] = [0, 0];
    for (const { from, msg, job } of fleet.lines) {
      if (from !== node) continue;
      const slots = weights.get(String(job)) ?? 0;
      if (msg === 'attempt.started') used += slots;
      if (msg === 'attempt.ended') used -= slots;
      most = Math.max(most, used);
    }
    return most;
  }

  test('one of three runs beside one light job on four slots, and not beside two', async () => {
    const pool = 'slots-a';
    await start(pool, 'slots-a1', SLOTS);
    const first = await hold(pool, 'first');
    await running(first);
    const heavy = await hold(pool, 'heavy', 3);
    await running(heavy);
    await isUsed('slots-a1', SLOTS);
    const second = await hold(pool, 'second');
    await isOnItsWay(second);
    await end(first);
    await running(second);
    expect(at('attempt.started', second)).toBeGreaterThan(at('attempt.ended', first));

    await end(heavy);
    const third = await hold(pool, 'third');
    await running(third);
    await isUsed('slots-a1', 2);
    const waits = await hold(pool, 'waits', 3);
    await isOnItsWay(waits);
    expect(fleet.find('attempt.started', { job: waits })).toEqual([]);
    await end(second);
    await running(waits);
    expect(at('attempt.started', waits)).toBeGreaterThan(at('attempt.ended', second));
    await Promise.all([end(third), end(waits)]);
    expect(mostUsed('slots-a1')).toBe(SLOTS);
    for (const id of [first, heavy, second, third, waits]) {
      const view = await fleet.client.jobs.get(id);
      expect(view.state).toBe('succeeded');
      const ran = view.attempts.filter(({ outcome }) => outcome !== 'handed_back');
      expect(ran).toHaveLength(1);
    }
  });

  test('one that no node of its pool is large enough for waits for such a node', async () => {
    const pool = 'slots-b';
    await start(pool, 'slots-b1', 2);
    const heavy = await hold(pool, 'large', 4);
    await eventually(async () => {
      const { live } = await fleet.client.jobs.get(heavy).catch(() => ({ live: undefined }));
      return live?.why === `no node of pool ${pool} has 4 slots`;
    });
    await start(pool, 'slots-b2', 4);
    await running(heavy);
    await end(heavy);
    expect((await fleet.client.jobs.get(heavy)).attempts).toMatchObject([{ node: 'slots-b2' }]);
  });
});
