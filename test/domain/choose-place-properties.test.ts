import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pin } from '../../src/domain/job.ts';
import { hasLabels } from '../../src/domain/labels.ts';
import type {
  PlaceChoice,
  PlaceNode,
  PlaceRequest,
  PlaceSituation,
} from '../../src/domain/placement.ts';
import { choosePlace } from '../../src/domain/choose-place.ts';
import { names, NOW, requestOf } from './placing.ts';

describe('any choice', () => {
  const name = fc.constantFrom('n1', 'n2', 'n3', 'n4');
  const labels = fc.dictionary(fc.constantFrom('gpu', 'zone'), fc.constantFrom('a', 'b'));
  const node = fc
    .record({
      name,
      incarnation: fc.constantFrom('i1', 'i2'),
      pool: fc.constantFrom('gpu', 'cpu'),
      state: fc.constantFrom('online', 'offline'),
      mode: fc.constantFrom('enabled', 'enabled', 'cordoned', 'draining'),
      isStopping: fc.boolean(),
      slots: fc.integer({ min: 1, max: 3 }),
      kinds: fc.subarray(['greet', 'other']),
      labels,
      reserved: fc.integer({ min: 0, max: 3 }),
      leaseMs: fc.constant(5_000),
    })
    .map((given): PlaceNode => given as PlaceNode);
  const after = fc.constantFrom(0, 1_000, 60_000);
  const request = fc
    .record({
      pin: fc.option(
        fc.record({
          node: name,
          onOffline: fc.constantFrom<Pin['onOffline']>('wait', 'fallback', 'fail'),
          afterMs: after,
        }),
        { nil: undefined },
      ),
      labels,
      preferLabels: labels,
      needsNode: fc.boolean(),
      slots: fc.integer({ min: 1, max: 3 }),
      isFailover: fc.boolean(),
      silentNode: fc.option(name, { nil: undefined }),
      avoid: fc.subarray(['n1', 'n2', 'n3']),
      failAfterMs: fc.option(fc.constantFrom(500, 2_000, 90_000), { nil: undefined }),
      since: after.map((ms) => NOW - ms),
    })
    .map(requestOf);
  const situation = fc.record({
    now: fc.constant(NOW),
    nodes: fc.uniqueArray(node, { selector: (each) => each.name }),
    pause: fc.option(
      fc.record({ until: after.map((ms) => NOW + ms), why: fc.constant('a pause') }),
      {
        nil: undefined,
      },
    ),
  });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const holds = (check: (wanted: PlaceRequest, choice: PlaceChoice, all: PlaceSituation) => void) =>
    fc.assert(
      fc.property(request, situation, random, (wanted, all, chance) => {
        check(wanted, choosePlace(wanted, all, chance), all);
      }),
      { numRuns: 2_000 },
    );

  it('names only nodes that can take the attempt, each once', () => {
    holds((wanted, choice) => {
      if (choice.kind !== 'node') return;
      expect(choice.candidates.length).toBeGreaterThan(0);
      expect(new Set(names(choice)).size).toBe(choice.candidates.length);
      for (const candidate of choice.candidates) {
        expect(candidate).toMatchObject({ state: 'online', mode: 'enabled', isStopping: false });
        expect(candidate.kinds).toContain(wanted.kind);
        expect(hasLabels(candidate.labels, wanted.labels)).toBe(true);
        expect(candidate.slots).toBeGreaterThanOrEqual(wanted.slots!);
        if (candidate.name === wanted.pin?.node) continue;
        expect(candidate.pool).toBe(wanted.pool);
        expect(candidate.reserved + wanted.slots!).toBeLessThanOrEqual(candidate.slots);
      }
    });
  });

  it('gives a failover no place while its pool pauses', () => {
    holds((wanted, choice, { pause }) => {
      if (!wanted.isFailover || pause === undefined || pause.until <= NOW) return;
      expect(['wait', 'fail']).toContain(choice.kind);
    });
  });

  it('waits with a reason, for a time that is to come and within the patience of the job', () => {
    holds(({ since, failAfterMs = Infinity, ...wanted }, choice) => {
      const wish = choice.kind === 'node' ? choice.otherwise : choice;
      if (choice.kind === 'node') {
        expect(choice.scheduleToStartMs).toBeGreaterThan(0);
        expect(NOW + choice.scheduleToStartMs).toBeLessThanOrEqual(
          Math.max(since + failAfterMs, NOW),
        );
      }
      if (wish.kind === 'pool') expect(wanted.needsNode).toBe(false);
      if (wish.kind !== 'wait') return;
      expect(wish.why).not.toBe('');
      expect(wish.until ?? Infinity).toBeGreaterThan(NOW);
      expect(wish.until ?? Infinity).toBeLessThanOrEqual(since + failAfterMs);
    });
  });
});
