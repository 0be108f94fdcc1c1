import { describe, expect, it } from 'vitest';
import type { Pin } from '../../src/domain/job.ts';
import type { PlaceRequest } from '../../src/domain/placement.ts';
import { isChoosy, SCHEDULE_TO_START_MS } from '../../src/domain/choose-place.ts';
import { choose, names, nodeOf, NOW, POOL, UNUSABLE, wait } from './placing.ts';

describe('isChoosy', () => {
  const plain = {
    pin: undefined,
    labels: {},
    preferLabels: {},
    liveness: 'heartbeat',
    slots: 1,
  } as const;

  it('is false of a job that may run anywhere in its pool', () => {
    expect(isChoosy(plain)).toBe(false);
  });

  it.each([
    ['is pinned', { pin: { node: 'n1', onOffline: 'wait', afterMs: 0 } }],
    ['must have a label', { labels: { gpu: 'a100' } }],
    ['had better have a label', { preferLabels: { gpu: 'a100' } }],
    ['lives by the lease', { liveness: 'lease' }],
    ['takes several slots', { slots: 2 }],
  ] as const)('is true of a job that %s', (_, given) => {
    expect(isChoosy({ ...plain, ...given })).toBe(true);
  });
});

describe('an attempt in its pool', () => {
  it('goes to any node of the pool that has room, else to the queue of the pool', () => {
    const nodes = [nodeOf('n1'), nodeOf('n2', { reserved: 2 }), nodeOf('n3', { pool: 'cpu' })];
    expect(choose({}, nodes)).toEqual({
      kind: 'node',
      candidates: [nodes[0]],
      scheduleToStartMs: SCHEDULE_TO_START_MS,
      otherwise: POOL,
    });
    expect(choose({}, nodes.slice(1))).toEqual(POOL);
    expect(choose({}, [])).toEqual(POOL);
  });

  it.each(UNUSABLE)('goes to no node that is %s', (_, given) => {
    const nodes = given === undefined ? [] : [nodeOf('n1', given)];
    expect(choose({}, nodes)).toEqual(POOL);
    expect(choose({ needsNode: true }, nodes)).toEqual(
      wait('no node of pool gpu runs kind "greet" now'),
    );
  });

  it('begins anywhere among equals, by chance', () => {
    const nodes = ['n1', 'n2', 'n3'].map((name) => nodeOf(name));
    expect(names(choose({}, nodes, { random: 0 }))).toEqual(['n1', 'n2', 'n3']);
    expect(names(choose({}, nodes, { random: 0.4 }))).toEqual(['n2', 'n3', 'n1']);
    expect(names(choose({}, nodes, { random: 0.999 }))).toEqual(['n3', 'n1', 'n2']);
  });

  it('goes only to nodes with every label that it must have', () => {
    const labels = { gpu: 'a100', zone: 'b' };
    const nodes = [
      nodeOf('n1', { labels: { gpu: 'a100' } }),
      nodeOf('n2', { labels: { gpu: 'a100', zone: 'a' } }),
      nodeOf('n3', { labels: { ...labels, more: 'x' } }),
    ];
    expect(names(choose({ labels }, nodes))).toEqual(['n3']);
    expect(choose({ labels }, nodes.slice(0, 2))).toEqual(
      wait('no node of pool gpu with gpu=a100, zone=b runs kind "greet" now'),
    );
  });

  it('goes first to the nodes with the most labels that it prefers, and else to any', () => {
    const preferLabels = { gpu: 'a100', zone: 'b' };
    const nodes = [
      nodeOf('n1'),
      nodeOf('n2', { labels: { zone: 'b' } }),
      nodeOf('n3', { labels: preferLabels }),
      nodeOf('n4', { labels: { gpu: 'a100', zone: 'a' } }),
    ];
    expect(names(choose({ preferLabels }, nodes))).toEqual(['n3', 'n2', 'n4', 'n1']);
    expect(names(choose({ preferLabels }, nodes, { random: 0.75 }))).toEqual([
      'n3',
      'n4',
      'n2',
      'n1',
    ]);
    expect(names(choose({ preferLabels }, nodes.slice(0, 1)))).toEqual(['n1']);
    expect(choose({ preferLabels }, [])).toEqual(POOL);
  });

  it('keeps clear of the nodes that it avoids as long as there are others', () => {
    const nodes = [nodeOf('n1'), nodeOf('n2'), nodeOf('n3')];
    expect(names(choose({ avoid: ['n1', 'n3'] }, nodes))).toEqual(['n2']);
    expect(names(choose({ avoid: ['n1', 'n2', 'n3'] }, nodes))).toEqual(['n1', 'n2', 'n3']);
    expect(names(choose({ avoid: ['n1'] }, nodes.slice(0, 1)))).toEqual(['n1']);
  });

  it('keeps clear of them also when the others have no room, but not when those are down', () => {
    const avoided = nodeOf('n1');
    expect(choose({ avoid: ['n1'] }, [avoided, nodeOf('n2', { reserved: 2 })])).toEqual(POOL);
    const nodes = [avoided, nodeOf('n2', { state: 'offline' })];
    expect(names(choose({ avoid: ['n1'] }, nodes))).toEqual(['n1']);
  });

  it('waits, and looks again, for a slot where the queue of the pool will not do', () => {
    const full = [nodeOf('n1', { reserved: 2 }), nodeOf('n2', { reserved: 5 })];
    const until = NOW + 10_000;
    const why = 'no node of pool gpu has a free slot';
    expect(choose({ needsNode: true }, full)).toEqual(wait(why, { until }));
    expect(choose({ needsNode: true }, [nodeOf('n1')])).toMatchObject({
      kind: 'node',
      otherwise: wait(why, { until }),
    });
    const labels = { gpu: 'a100' };
    expect(choose({ labels }, [nodeOf('n1', { labels, slots: 1, reserved: 1 })])).toEqual(
      wait('no node of pool gpu with gpu=a100 has a free slot', { until }),
    );
  });
});

describe('an attempt that takes several slots', () => {
  const heavy = { slots: 4, needsNode: true };
  const until = NOW + 10_000;

  it('goes only to nodes where so many are free', () => {
    const nodes = [
      nodeOf('n1', { slots: 3 }),
      nodeOf('n2', { slots: 8, reserved: 5 }),
      nodeOf('n3', { slots: 8, reserved: 4 }),
      nodeOf('n4', { slots: 4 }),
    ];
    const choice = choose(heavy, nodes);
    expect(names(choice)).toEqual(['n3', 'n4']);
    expect(choice).toMatchObject({
      otherwise: wait('no node of pool gpu has 4 free slots', { until }),
    });
    expect(choose(heavy, nodes.slice(0, 2))).toEqual(
      wait('no node of pool gpu has 4 free slots', { until }),
    );
  });

  it('waits for a node that is large enough, and says so', () => {
    const labels = { gpu: 'a100' };
    const small = [nodeOf('n1', { slots: 3 }), nodeOf('n2', { slots: 1, labels })];
    expect(choose(heavy, small)).toEqual(wait('no node of pool gpu has 4 slots'));
    expect(choose({ ...heavy, labels }, small)).toEqual(
      wait('no node of pool gpu with gpu=a100 has 4 slots'),
    );
    const other = nodeOf('n3', { slots: 4, kinds: ['other'] });
    expect(choose(heavy, [other])).toEqual(wait('no node of pool gpu runs kind "greet" now'));
  });

  it('goes to no pinned node that is too small', () => {
    const pin = { node: 'n1', onOffline: 'wait', afterMs: 0 } as const;
    expect(choose({ ...heavy, pin }, [nodeOf('n1', { slots: 3 })])).toEqual(
      wait('node n1 has 3 of the 4 slots it takes', { node: 'n1' }),
    );
    // Its queue is where it waits for its turn.
    expect(names(choose({ ...heavy, pin }, [nodeOf('n1', { slots: 4, reserved: 4 })]))).toEqual([
      'n1',
    ]);
  });
});

describe('a pause of the pool', () => {
  const pause = { until: NOW + 30_000, why: 'failover of pool gpu pauses' };

  it.each<[string, Partial<PlaceRequest>]>([
    ['in its pool', {}],
    ['that is pinned', { pin: { node: 'n1', onOffline: 'fail', afterMs: 0 } }],
  ])('holds a failover %s until it ends', (_, given) => {
    const request = { isFailover: true, ...given };
    const nodes = [nodeOf('n1')];
    expect(choose(request, nodes, { pause })).toEqual(wait(pause.why, { until: pause.until }));
    expect(names(choose(request, nodes, { pause, now: pause.until - 1 }))).toEqual([]);
    expect(names(choose(request, nodes, { pause, now: pause.until }))).toEqual(['n1']);
  });

  it('holds nothing else', () => {
    expect(names(choose({}, [nodeOf('n1')], { pause }))).toEqual(['n1']);
    expect(choose({}, [], { pause })).toEqual(POOL);
  });
});

describe('the patience of a job', () => {
  const failAfterMs = 20_000;
  const failed = {
    kind: 'fail',
    code: 'pending_timeout',
    message: 'no node took it within 20 s',
  };

  it('ends it, whatever else holds', () => {
    const nodes = [nodeOf('n1')];
    const pin = { node: 'n1', onOffline: 'wait', afterMs: 0 } as const;
    const pause = { until: NOW + 60_000, why: 'a pause' };
    for (const given of [{}, { pin }, { isFailover: true }]) {
      const request = { ...given, failAfterMs };
      expect(choose(request, nodes, { now: NOW + failAfterMs, pause })).toEqual(failed);
      expect(choose(request, nodes, { now: NOW + failAfterMs - 1, pause })).not.toEqual(failed);
    }
  });

  it('ends a wait that is longer, and no shorter one', () => {
    const limit = NOW + failAfterMs;
    const pin = (afterMs: number): Pin => ({ node: 'n1', onOffline: 'fail', afterMs });
    expect(choose({ needsNode: true, failAfterMs }, [])).toMatchObject({ until: limit });
    expect(choose({ pin: pin(60_000), failAfterMs }, [])).toMatchObject({ until: limit });
    expect(choose({ pin: pin(5_000), failAfterMs }, [])).toMatchObject({ until: NOW + 5_000 });
    const pause = { until: NOW + 60_000, why: 'a pause' };
    const failover = { isFailover: true, failAfterMs };
    expect(choose(failover, [], { pause })).toEqual(wait('a pause', { until: limit }));
  });

  it('ends a wait on the queue of a node, and the one that follows when it has no room', () => {
    const pin = { node: 'n1', onOffline: 'wait', afterMs: 0 } as const;
    const now = NOW + failAfterMs - 500;
    expect(choose({ pin, failAfterMs }, [nodeOf('n1')], { now })).toMatchObject({
      scheduleToStartMs: 500,
      otherwise: { kind: 'wait', until: NOW + failAfterMs },
    });
    expect(choose({ failAfterMs }, [nodeOf('n1')])).toMatchObject({
      scheduleToStartMs: SCHEDULE_TO_START_MS,
      otherwise: POOL,
    });
  });
});
