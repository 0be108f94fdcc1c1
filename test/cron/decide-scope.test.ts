import { describe, expect, it } from 'vitest';
import { createOccurrences } from '../../src/cron/create-occurrences.ts';
import { decideScope, decideUpToNow } from '../../src/cron/decide-scope.ts';
import { nextTime } from '../../src/cron/next-time.ts';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';

const MINUTE = 60_000;
const at = (minute: number): number => Date.UTC(2026, 5, 3, 12) + minute * MINUTE;

type Situation = Parameters<typeof decideScope>[0];

function decide(spec: object, given: Partial<Situation>, by = decideScope) {
  const plan = resolvePlanSpec({ every: '5m', ...spec }, 'spec');
  const situation = {
    ...{ now: at(60), decidedThrough: at(0), latest: undefined },
    ...{ definition: { plan }, resumes: undefined, pausedAt: undefined },
    ...given,
  };
  const decision = by(situation, createOccurrences(plan, ''));
  const minutes = (time: number | undefined) =>
    time === undefined ? time : (time - at(0)) / MINUTE;
  return {
    due: decision.due.map(minutes),
    skipped: decision.skipped.map(({ time, reason }) => `${minutes(time)} ${reason}`),
    decidedThrough: minutes(decision.decidedThrough),
    more: decision.more,
  };
}

const every = { catchUp: 'every_plan', maxPlansPerTick: 3 };
const pause = (policy: 'skip' | 'latest' | 'all') => ({
  resumes: { policy, from: new Date(at(12)), at: new Date(at(31)) },
  now: at(41),
});

describe('by the rules of compat, which know plans only', () => {
  const planned = (minute: number): Pick<Situation, 'latest'> => ({
    latest: {
      ...{ time: at(minute), attempt: 1, maxAttempts: 1, nextRetryAt: undefined },
      state: 'SUCCESS',
    },
  });
  const compat = { ...every, maxPlansPerTick: 9, compat: 'multica' };

  it('the times of a pause are skipped as its end has said', () => {
    const given = { ...pause('skip'), ...planned(10), decidedThrough: at(10) };
    expect(decide(compat, given)).toMatchObject({ due: [35, 40], decidedThrough: 40 });
    const latestOnly = { ...compat, catchUp: 'latest_only' };
    // The latest plan is offered again as ever, and is on record.
    expect(decide(latestOnly, { ...given, now: at(33) })).toMatchObject({ due: [10] });
  });

  it('what an edit has decided stays decided, and a cadence is on its grid after it', () => {
    const edited = { ...planned(10), decidedThrough: at(32) };
    expect(decide(compat, { ...edited, now: at(41) }).due).toEqual([35, 40]);
    expect(decide({ ...compat, maxPlansPerTick: 1 }, { ...edited, now: at(41) })).toEqual({
      ...{ due: [35], skipped: [], decidedThrough: 35, more: true },
    });
    expect(decide(compat, { ...edited, now: at(34) })).toMatchObject({
      due: [],
      decidedThrough: 32,
    });
  });

  it('the latest plan is where it goes on, as long as nothing else was decided', () => {
    expect(decide(compat, { ...planned(3), decidedThrough: at(3), now: at(16) }).due).toEqual([
      8, 13,
    ]);
  });
});

describe('the times of a pause', () => {
  it('are skipped, and those before and after it run as ever', () => {
    expect(decide({ ...every, maxPlansPerTick: 9 }, pause('skip'))).toEqual({
      due: [5, 10, 35, 40],
      skipped: ['15 paused', '20 paused', '25 paused', '30 paused'],
      decidedThrough: 40,
      more: false,
    });
  });

  it('are skipped but for the latest', () => {
    expect(decide({ ...every, maxPlansPerTick: 9 }, pause('latest'))).toMatchObject({
      due: [5, 10, 30, 35, 40],
      skipped: ['15 paused', '20 paused', '25 paused'],
      decidedThrough: 40,
    });
  });

  it('are all skipped where a later time runs alone', () => {
    const decision = decide({}, { ...pause('latest'), decidedThrough: at(10) });
    expect(decision).toMatchObject({ due: [40], decidedThrough: 40 });
    expect(decision.skipped).toEqual([
      ...['15 paused', '20 paused', '25 paused', '30 paused', '35 superseded'],
    ]);
  });

  it('are caught up as every_plan is, in as many ticks as that takes', () => {
    const first = decide(every, { ...pause('all'), decidedThrough: at(10) });
    expect(first).toEqual({ due: [15, 20, 25], skipped: [], decidedThrough: 25, more: true });
    const second = decide(every, { ...pause('all'), decidedThrough: at(25) });
    expect(second).toEqual({ due: [30, 35, 40], skipped: [], decidedThrough: 40, more: false });
  });

  it('that are older than the window do not run', () => {
    const spec = { ...every, window: '6m' };
    const now = { now: at(33), decidedThrough: at(10) };
    expect(decide(spec, { ...pause('latest'), ...now }).due).toEqual([30]);
    expect(decide(spec, { ...pause('latest'), ...now, now: at(41) }).due).toEqual([35, 40]);
  });

  it('are decided once: a tick after the decision finds none', () => {
    for (const policy of ['skip', 'latest', 'all'] as const) {
      expect(decide(every, { ...pause(policy), decidedThrough: at(40) })).toMatchObject({
        due: [],
        skipped: [],
      });
    }
  });

  it('that an edit ends are skipped', () => {
    expect(decide(every, { pausedAt: at(12), decidedThrough: at(5), now: at(22) })).toEqual({
      due: [10],
      skipped: ['15 paused', '20 paused'],
      decidedThrough: 22,
      more: false,
    });
  });
});

describe('nextTime', () => {
  const times = (spec: object) => createOccurrences(resolvePlanSpec(spec, 'spec'), '');

  it('is the first one after', () => {
    expect(nextTime(times({ every: '5m' }), at(5))).toBe(at(10));
    expect(nextTime(times({ cron: '0 0 29 2 *' }), at(0))).toBe(Date.UTC(2028, 1, 29));
  });
});

describe('what is decided before other times begin', () => {
  it('is every time up to now, with no delay and no limit', () => {
    const spec = { ...every, maxPlansPerTick: 1, delay: '10m' };
    expect(decide(spec, { now: at(20) }, decideUpToNow)).toEqual({
      due: [5, 10, 15, 20],
      skipped: [],
      decidedThrough: 20,
      more: false,
    });
  });

  it('skips the times of a pause that is not over', () => {
    const paused = { now: at(21), pausedAt: at(11) };
    expect(decide({ ...every, maxPlansPerTick: 1 }, paused, decideUpToNow)).toEqual({
      due: [5, 10],
      skipped: ['15 paused', '20 paused'],
      decidedThrough: 21,
      more: false,
    });
  });

  it('keeps the policy by which a pause has ended', () => {
    const decided = decide({ ...every, maxPlansPerTick: 1 }, pause('latest'), decideUpToNow);
    expect(decided).toMatchObject({
      due: [5, 10, 30, 35, 40],
      skipped: ['15 paused', '20 paused', '25 paused'],
    });
  });
});
