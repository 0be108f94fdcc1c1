import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NodeChange } from '../../src/domain/activities.ts';
import type { NodeEvent, NodeRegistration } from '../../src/domain/node.ts';
import { ENABLED } from '../../src/domain/node.ts';
import { findNode } from '../../src/ledger/find-nodes.ts';
import { forgetNode } from '../../src/ledger/forget-node.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { nodeEvents } from '../../src/ledger/node-events.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import { AT, modeOf, nodeChange, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function registered(registration: Partial<NodeRegistration> = {}): Promise<NodeChange> {
  const change = nodeChange({}, registration);
  expect(await recordNode(pool, change)).toBe(true);
  return change;
}

/** The change after another one, one second later. */
function next(change: NodeChange, given: Partial<NodeChange>): NodeChange {
  return { ...change, seq: change.seq + 1, at: change.at + 1_000, ...given };
}

const events = async (name: string): Promise<NodeEvent[]> =>
  (await nodeEvents(pool, name, 100)).map(({ event }) => event);

describe('recordNode', () => {
  it('keeps everything that a node said of itself', async () => {
    const registration = {
      incarnation: unique('incarnation'),
      pool: 'gpu',
      slots: 7,
      kinds: ['greet', 'a,b', '"{}\\', 'NULL'],
      version: '1.2.3',
      labels: { gpu: 'a100', 'a "b"': `it's 😀` },
      leaseMs: 1_500,
    };
    const { name } = await registered(registration);
    expect(await findNode(pool, name)).toEqual({
      ...registration,
      name,
      state: 'online',
      isStopping: false,
      mode: ENABLED,
      cause: 'registered',
      registeredAt: new Date(AT),
      stateSince: new Date(AT),
      reserved: 0,
    });
    expect(await nodeEvents(pool, name, 1)).toEqual([
      {
        name,
        incarnation: registration.incarnation,
        at: new Date(AT),
        event: 'registered',
        by: '',
        reason: '',
        state: 'online',
        mode: 'enabled',
      },
    ]);
  });

  it('keeps a mode with who set it, why, when and until when', async () => {
    const change = await registered();
    const mode = modeOf('draining', { deadlineAt: AT + 60_000 });
    const { by, reason } = mode;
    await recordNode(pool, next(change, { event: 'draining', mode, by, reason }));
    expect((await findNode(pool, change.name))?.mode).toEqual(mode);
    expect(await nodeEvents(pool, change.name, 1)).toMatchObject([
      { event: 'draining', by: 'ada', reason: 'new disk', state: 'online', mode: 'draining' },
    ]);
  });

  it('says no to a repetition and to a late earlier change, and changes nothing', async () => {
    const first = await registered();
    const lost = next(first, { event: 'lost', state: 'offline' });
    expect(await recordNode(pool, lost)).toBe(true);
    const stored = await findNode(pool, first.name);
    for (const late of [lost, first, { ...first, seq: 2 }]) {
      expect(await recordNode(pool, late)).toBe(false);
    }
    expect(await findNode(pool, first.name)).toEqual(stored);
    expect(await events(first.name)).toEqual(['lost', 'registered']);
  });

  it('ends as the newest of many changes that come at once, each recorded once at most', async () => {
    const first = await registered();
    const changes = Array.from({ length: 8 }, (_, i) =>
      next(first, { seq: i + 2, reason: `${i}`, mode: modeOf('cordoned', { reason: `${i}` }) }),
    );
    const twice = [...changes, ...changes].sort(({ seq: a }, { seq: b }) => (a % 3) - (b % 3));
    const answers = await Promise.all(twice.map((change) => recordNode(pool, change)));
    expect(await findNode(pool, first.name)).toMatchObject({ mode: { reason: '7' } });
    const reasons = (await nodeEvents(pool, first.name, 100)).map(({ reason }) => reason);
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(reasons.length).toBe(1 + answers.filter((isNew) => isNew).length);
    expect(reasons[0]).toBe('7');
  });

  it('dates the state from when it became what it is, with its cause', async () => {
    const first = await registered();
    const lost = next(first, { event: 'lost', state: 'offline' });
    await recordNode(pool, lost);
    const cordoned = next(lost, { event: 'cordoned', mode: modeOf('cordoned') });
    await recordNode(pool, cordoned);
    const seen = { registeredAt: new Date(AT), stateSince: new Date(AT + 1_000), cause: 'lost' };
    expect(await findNode(pool, first.name)).toMatchObject(seen);

    const back = next(cordoned, { event: 'registered', state: 'online' });
    await recordNode(pool, back);
    await recordNode(pool, next(back, { event: 'stopping', isStopping: true }));
    expect(await findNode(pool, first.name)).toMatchObject({
      registeredAt: new Date(AT + 3_000),
      stateSince: new Date(AT + 3_000),
      cause: 'stopping',
      isStopping: true,
      mode: { mode: 'cordoned' },
    });
  });

  it('dates the state of another start of the node from that', async () => {
    const first = await registered();
    const registration = { ...first.registration, incarnation: 'i2', slots: 9, pool: 'other' };
    await recordNode(pool, next(first, { registration }));
    expect(await findNode(pool, first.name)).toMatchObject({
      ...registration,
      registeredAt: new Date(AT + 1_000),
      stateSince: new Date(AT + 1_000),
    });
  });

  it('leaves no event of a node that cannot be written', async () => {
    const change = nodeChange({}, { slots: 0 });
    await expect(recordNode(pool, change)).rejects.toMatchObject({ code: '23514' });
    expect(await events(change.name)).toEqual([]);
  });
});

describe('nodeEvents', () => {
  it('gives the newest first, whatever their times, up to the limit', async () => {
    const first = await registered();
    const lost = next(first, { event: 'lost', state: 'offline', at: AT - 60_000 });
    await recordNode(pool, lost);
    await recordNode(pool, next(lost, { event: 'registered', at: AT }));
    expect(await events(first.name)).toEqual(['registered', 'lost', 'registered']);
    expect((await nodeEvents(pool, first.name, 2)).map(({ at }) => at.getTime())).toEqual([
      AT,
      AT - 60_000,
    ]);
    expect(await nodeEvents(pool, unique('node'), 10)).toEqual([]);
  });
});

describe('forgetNode', () => {
  const order = (name: string) => ({ name, by: 'ada', reason: 'sold' });

  it('takes an offline node off the record, and keeps its events with one more', async () => {
    const first = await registered();
    await recordNode(pool, next(first, { event: 'stopped', state: 'offline' }));
    expect(await forgetNode(pool, order(first.name))).toBe(true);
    expect(await findNode(pool, first.name)).toBeUndefined();
    expect(await events(first.name)).toEqual(['forgotten', 'stopped', 'registered']);
    expect(await nodeEvents(pool, first.name, 1)).toMatchObject([
      { incarnation: 'i1', by: 'ada', reason: 'sold', state: 'offline', mode: 'enabled' },
    ]);
    expect(await forgetNode(pool, order(first.name))).toBe(false);
    expect(await recordNode(pool, first)).toBe(true);
  });

  it('says no of an unknown node, and of one that is online, and changes nothing', async () => {
    const unknown = unique('node');
    expect(await forgetNode(pool, order(unknown))).toBe(false);
    expect(await events(unknown)).toEqual([]);
    const { name } = await registered();
    expect(await forgetNode(pool, order(name))).toBe(false);
    expect(await findNode(pool, name)).toMatchObject({ state: 'online' });
    expect(await events(name)).toEqual(['registered']);
  });
});
