import { describe, expect, it } from 'vitest';
import type { Pin } from '../../src/domain/job.ts';
import type { PlaceRequest } from '../../src/domain/placement.ts';
import { choose, names, nodeOf, NOW, POOL, UNUSABLE, wait } from './placing.ts';

describe('a pinned attempt', () => {
  const pinned = (onOffline: Pin['onOffline'], afterMs = 0): Partial<PlaceRequest> => ({
    pin: { node: 'n1', onOffline, afterMs },
  });

  it.each([
    ['wait', 0],
    ['wait', 60_000],
    ['fallback', 0],
    ['fallback', 60_000],
    ['fail', 0],
    ['fail', 60_000],
  ] as const)('with %s after %i ms goes to its node', (onOffline, afterMs) => {
    const nodes = [nodeOf('n0'), nodeOf('n1')];
    expect(choose(pinned(onOffline, afterMs), nodes)).toEqual({
      kind: 'node',
      candidates: [nodes[1]],
      // Until the alarm: it keeps its turn on the queue of a busy node.
      scheduleToStartMs: 300_000,
      otherwise: wait('node n1 just changed', { node: 'n1', until: NOW + 1_000 }),
    });
  });

  it('queues on its node when that has no room, and in another pool', () => {
    const busy = nodeOf('n1', { pool: 'cpu', reserved: 2 });
    expect(names(choose(pinned('wait'), [nodeOf('n0'), busy]))).toEqual(['n1']);
  });

  it('takes no heed of the nodes that it should avoid', () => {
    const nodes = [nodeOf('n0'), nodeOf('n1')];
    expect(names(choose({ ...pinned('wait'), avoid: ['n1'] }, nodes))).toEqual(['n1']);
  });

  it('waits for its node when that lacks a label that it must have', () => {
    const request = { ...pinned('wait'), labels: { gpu: 'a100', zone: 'b' } };
    const nodes = [nodeOf('n1', { labels: { gpu: 'a100' } })];
    const why = 'node n1 is not labelled gpu=a100, zone=b';
    expect(choose(request, nodes)).toEqual(wait(why, { node: 'n1' }));
  });

  describe.each(UNUSABLE)('whose node is %s', (_, given, why) => {
    const nodes = [nodeOf('n0'), ...(given === undefined ? [] : [nodeOf('n1', given)])];
    const waits = (until?: number) =>
      wait(why, { node: 'n1', ...(until === undefined ? {} : { until }) });

    it.each([0, 60_000])('waits for it with wait, also after %i ms', (afterMs) => {
      expect(choose(pinned('wait', afterMs), nodes, { now: NOW + 90_000 })).toEqual(waits());
    });

    it('waits with fallback until its time is over, and goes to the pool then', () => {
      const request = pinned('fallback', 60_000);
      expect(choose(request, nodes, { now: NOW + 59_999 })).toEqual(waits(NOW + 60_000));
      expect(names(choose(request, nodes, { now: NOW + 60_000 }))).toEqual(['n0']);
    });

    it('waits with fail until its time is over, and fails then', () => {
      const request = pinned('fail', 60_000);
      expect(choose(request, nodes, { now: NOW + 59_999 })).toEqual(waits(NOW + 60_000));
      const failed = { kind: 'fail', code: 'node_offline', message: why };
      expect(choose(request, nodes, { now: NOW + 60_000 })).toEqual(failed);
      expect(choose(pinned('fail'), nodes)).toEqual(failed);
    });
  });

  it.each([
    ['the queue of its pool', {}, POOL],
    [
      'a wait for any node, when it needs one',
      { needsNode: true },
      wait('no node of pool gpu runs kind "greet" now'),
    ],
    [
      'a wait for a node with its labels',
      { labels: { zone: 'b' } },
      wait('no node of pool gpu with zone=b runs kind "greet" now'),
    ],
  ] as const)('falls back to %s where the pool has no node', (_, given, choice) => {
    expect(choose({ ...pinned('fallback'), ...given }, [])).toEqual(choice);
  });

  it.each(['wait', 'fail'] as const)(
    'with %s stays away from its node for a lease after it fell silent',
    (onOffline) => {
      const nodes = [nodeOf('n0'), nodeOf('n1')];
      const request = { ...pinned(onOffline), silentNode: 'n1' };
      const until = NOW + 6_500;
      const why = 'node n1 fell silent: it may be lost';
      expect(choose(request, nodes)).toEqual(wait(why, { node: 'n1', until }));
      expect(names(choose({ ...request, since: NOW - 6_500 }, nodes))).toEqual(['n1']);
    },
  );

  it('with fallback goes elsewhere when its node fell silent', () => {
    const request = { ...pinned('fallback'), silentNode: 'n1' };
    expect(names(choose(request, [nodeOf('n0'), nodeOf('n1')]))).toEqual(['n0']);
  });
});

describe('an attempt in its pool', () => {
  it('stays away from the node on which the last one fell silent, also when it is the only one', () => {
    expect(choose({ silentNode: 'n1' }, [nodeOf('n1')])).toEqual(POOL);
    const request = { silentNode: 'n1', needsNode: true };
    expect(choose(request, [nodeOf('n1')])).toMatchObject({ kind: 'wait' });
  });
});
