import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { CRON_CASES } from './plan-cron-cases.ts';
import type { PlanCase } from './plan-cases.ts';
import { PLAN_CASES, skip } from './plan-cases.ts';
import { decide } from './planning.ts';

const CASES = [...PLAN_CASES, ...CRON_CASES];

describe('the cases of the reference', () => {
  test('are all here, but for those of a running system', () => {
    const numbers = [...CASES.map((each) => parseInt(each.case)), 47];
    expect([...new Set([...numbers, ...skip])].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 57 }, (_, index) => index + 1),
    );
  });

  test('of a running system are in the list that tells where each is', async () => {
    const list = await readFile(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
    const listed = [...list.matchAll(/^\| (\d+) /gm)].map(([, number]) => Number(number));
    expect(listed).toEqual(skip);
  });

  test.each(CASES)('case $case with compat multica', ({ spec, now, latest, multica }: PlanCase) => {
    const decision = decide({ spec: { ...spec, compat: 'multica' }, now, latest });
    expect(decision).toMatchObject({ due: multica, skipped: [], ranges: [] });
  });

  test.each(CASES)('case $case', ({ spec, now, latest, multica, native = multica, ...rest }) => {
    const asked = { spec, now, latest, decidedThrough: latest?.time };
    if (typeof native === 'string') {
      expect(() => decide(asked)).toThrow(native);
      return;
    }
    expect(decide(asked)).toMatchObject({
      due: native,
      skipped: rest.skipped ?? [],
      ranges: rest.ranges ?? [],
      more: rest.more ?? false,
    });
  });

  test.each([undefined, 'multica'])('case 47, no expression at all, compat %s', (compat) => {
    const spec = { cron: 'garbage not a cron', compat };
    expect(() => decide({ spec, now: NOON })).toThrow('spec.cron: expected a cron expression');
  });

  test.each([undefined, 'multica'])(
    'case 52, a zone without an expression, compat %s',
    (compat) => {
      const spec = { cron: 'TZ=UTC', compat };
      expect(() => decide({ spec, now: '2026-07-14T00:00:00Z' })).toThrow('five fields');
    },
  );
});

const NOON = '2026-06-03T12:02:00Z';

describe('a tick in native mode', () => {
  it('takes the latest time alone when nothing was ever decided', () => {
    for (const catchUp of ['latest_only', 'every_plan']) {
      const spec = { every: '5m', catchUp, maxPlansPerTick: 4 };
      expect(decide({ spec, now: NOON })).toEqual({
        due: ['2026-06-03T12:00:00Z'],
        skipped: [],
        ranges: [],
        decidedThrough: '2026-06-03T12:00:00Z',
        more: false,
      });
    }
  });

  it('finds that latest time years back, and skips it by the same window', () => {
    const spec = { cron: '0 0 29 2 *', window: '1d' };
    expect(decide({ spec, now: '2103-06-01T00:00:00Z' })).toMatchObject({
      due: [],
      skipped: ['2096-02-29T00:00:00Z outside_window'],
      decidedThrough: '2096-02-29T00:00:00Z',
    });
  });

  it('decides nothing when nothing is due, and never goes back', () => {
    const spec = { every: '5m', catchUp: 'latest_only' };
    for (const decidedThrough of ['2026-06-03T12:00:00Z', '2026-06-03T13:00:00Z']) {
      expect(decide({ spec, now: NOON, decidedThrough })).toEqual({
        due: [],
        skipped: [],
        ranges: [],
        decidedThrough,
        more: false,
      });
    }
  });

  it('prefers outside_window to superseded, and keeps what is exactly as old as the window', () => {
    const spec = { every: '5m', catchUp: 'latest_only', window: '12m' };
    const now = '2026-06-03T12:02:00Z';
    expect(decide({ spec, now, decidedThrough: '2026-06-03T11:35:00Z' })).toMatchObject({
      due: ['2026-06-03T12:00:00Z'],
      skipped: [
        '2026-06-03T11:40:00Z outside_window',
        '2026-06-03T11:45:00Z outside_window',
        '2026-06-03T11:50:00Z superseded',
        '2026-06-03T11:55:00Z superseded',
      ],
    });
  });

  it('names a hundred skipped times in a row, and makes a range of more', () => {
    const asked = { spec: { every: '1m' }, decidedThrough: '2026-06-03T10:00:00Z' };
    const named = decide({ ...asked, now: '2026-06-03T11:41:30Z' });
    expect(named).toMatchObject({ due: ['2026-06-03T11:41:00Z'], ranges: [] });
    expect(named.skipped).toHaveLength(100);
    expect(decide({ ...asked, now: '2026-06-03T11:42:30Z' })).toMatchObject({
      due: ['2026-06-03T11:42:00Z'],
      skipped: [],
      ranges: ['2026-06-03T10:01:00Z..2026-06-03T11:41:00Z 101 superseded'],
    });
  });

  it('counts a sleep of years without naming it', () => {
    const spec = { every: '1s', catchUp: 'every_plan', maxPlansPerTick: 1, window: '1m' };
    const now = '2026-06-03T12:02:00Z';
    expect(decide({ spec, now, decidedThrough: '2016-06-03T12:02:00Z' })).toEqual({
      due: ['2026-06-03T12:01:00Z'],
      skipped: [],
      ranges: ['2016-06-03T12:02:01Z..2026-06-03T12:00:59Z 315532739 outside_window'],
      decidedThrough: '2026-06-03T12:01:00Z',
      more: true,
    });
  });

  it('parts a row of skipped times where the reason changes', () => {
    const spec = {
      cron: '0,30 2 * * *',
      timezone: 'America/New_York',
      window: '1d',
      dst: { gap: 'skip' },
    };
    const asked = { spec, now: '2026-06-01T00:00:00Z', decidedThrough: '2026-01-01T00:00:00Z' };
    expect(decide(asked)).toEqual({
      due: ['2026-05-31T06:30:00Z'],
      skipped: ['2026-03-08T07:00:00Z dst_gap', '2026-05-31T06:00:00Z superseded'],
      ranges: [
        '2026-01-01T07:00:00Z..2026-03-07T07:30:00Z 132 outside_window',
        '2026-03-09T06:00:00Z..2026-05-30T06:30:00Z 166 outside_window',
      ],
      decidedThrough: '2026-05-31T06:30:00Z',
      more: false,
    });
  });

  it('runs the latest time that exists when a later one was leapt over', () => {
    const spec = {
      cron: '30 2 * * *',
      timezone: 'America/New_York',
      window: '2d',
      dst: { gap: 'skip' },
    };
    const asked = { spec, now: '2026-03-08T08:00:00Z', decidedThrough: '2026-03-06T08:00:00Z' };
    expect(decide(asked)).toMatchObject({
      due: ['2026-03-07T07:30:00Z'],
      skipped: ['2026-03-08T07:00:00Z dst_gap'],
      decidedThrough: '2026-03-08T07:00:00Z',
    });
    expect(decide({ ...asked, decidedThrough: undefined })).toMatchObject({
      due: [],
      skipped: ['2026-03-08T07:00:00Z dst_gap'],
    });
  });
});

describe('a tick with compat multica', () => {
  const every = { every: '5m', catchUp: 'every_plan', maxPlansPerTick: 4, compat: 'multica' };

  it('tells the last plan on record as decided when nothing is due, and never goes back', () => {
    const latest = { state: 'SUCCESS', time: '2026-06-03T12:00:00Z' } as const;
    const decidedThrough = '2026-06-03T12:01:00Z';
    expect(decide({ spec: every, now: NOON, latest })).toMatchObject({
      due: [],
      decidedThrough: latest.time,
    });
    expect(decide({ spec: every, now: NOON, latest, decidedThrough })).toMatchObject({
      due: [],
      decidedThrough,
    });
  });

  it('offers a failed plan of a cron schedule again, then what came after it', () => {
    const spec = { ...every, every: undefined, cron: '*/5 * * * *' };
    const latest = { state: 'FAILED', time: '2026-06-03T11:50:00Z' } as const;
    expect(decide({ spec, now: NOON, latest }).due).toEqual([
      '2026-06-03T11:50:00Z',
      '2026-06-03T11:55:00Z',
      '2026-06-03T12:00:00Z',
    ]);
  });

  it('takes a step of days for a restriction, as robfig/cron does and Vixie cron does not', () => {
    const spec = { ...every, every: undefined, cron: '0 0 */15 * 1', window: '30d' };
    const latest = { state: 'SUCCESS', time: '2026-06-12T00:00:00Z' } as const;
    const asked = { now: '2026-06-17T00:00:00Z', latest, decidedThrough: latest.time };
    expect(decide({ ...asked, spec }).due).toEqual([
      '2026-06-15T00:00:00Z',
      '2026-06-16T00:00:00Z',
    ]);
    expect(decide({ ...asked, spec: { ...spec, compat: undefined } }).due).toEqual([]);
  });
});
