import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { timesOf } from '../../src/cron/times-of.ts';
import type { ScheduleDocument } from '../../src/domain/schedule-definition.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import type { Decide, ScopeDecision } from '../../src/ledger/plan-scopes.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { Schedules } from '../../src/ledger/schedules.ts';
import { createSchedules } from '../../src/ledger/schedules.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

let database: OwnDatabase;
let pool: pg.Pool;
let schedules: Schedules;
beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrate(pool);
  schedules = createSchedules(
    (work) =>
      (...args) =>
        work(pool, ...args),
  );
});
beforeEach(() =>
  pool.query(
    `truncate holdfast.schedules, holdfast.schedule_revisions, holdfast.schedule_scopes,
       holdfast.plans cascade`,
  ),
);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const DOCUMENT = { name: 's', kind: 'k', pool: 'p', every: '1h' } satisfies ScheduleDocument;
const HOUR = 3_600_000;
const T = (n: number): number => Date.UTC(2026, 5, 3) + n * HOUR;
const NOTHING: ScopeDecision = {
  ...{ due: [], skipped: [], skippedRanges: [] },
  ...{ decidedThrough: undefined, more: false },
};
const due =
  (...times: number[]): Decide =>
  () => ({ ...NOTHING, due: times, decidedThrough: Math.max(...times) });
const put = (fields: object = {}) =>
  schedules.put(
    { ...DOCUMENT, ...fields },
    { by: 'me', how: 'put', decideBefore: () => ({ ...NOTHING }) },
  );
const trigger = (key?: string, scope = 'a') => schedules.trigger('s', scope, { timesOf, key });
const backfill = async (...times: number[]) => {
  const added = await schedules.backfill('s', 'a', times, timesOf);
  return added?.map(({ time }) => time);
};

describe('a trigger', () => {
  test('takes a second of its own', async () => {
    await put();
    const first = await trigger();
    const second = await trigger();
    expect(second?.time).toBeGreaterThan(first?.time ?? Infinity);
    expect(await schedules.unstarted('s', { limit: 9 })).toMatchObject([
      { origin: 'trigger', jobId: first?.jobId },
      { origin: 'trigger', jobId: second?.jobId },
    ]);
    expect(await schedules.overdue(9)).toEqual(['s']);
    expect(await schedules.trigger('none', 'a', { timesOf })).toBeUndefined();
  });

  test('that is sent again with its key is the one before, also of two at once', async () => {
    await put();
    const first = await Promise.all([1, 2].map(() => trigger('deploy 7')));
    expect(first[0]).toEqual(first[1]);
    expect(await trigger('deploy 7')).toEqual(first[0]);
    expect(await trigger('deploy 8')).not.toEqual(first[0]);
    expect(await trigger('deploy 7', 'b')).toMatchObject({ scope: 'b' });
    expect(await schedules.unstarted('s', { limit: 9 })).toHaveLength(3);
  });

  test('takes the place of no time of the schedule', async () => {
    await put({ every: '2s' });
    for (let n = 0; n < 4; n++) expect((await trigger())!.time % 2000).toBe(1000);
  });

  test('takes one of its times where every second is one', async () => {
    await put({ every: '1s' });
    const times = [await trigger(), await trigger(), await trigger()].map((plan) => plan?.time);
    expect(new Set(times).size).toBe(3);
    expect(await schedules.unstarted('s', { limit: 9 })).toHaveLength(3);
  });

  test('leaves the plan from which the rules of compat go on', async () => {
    await put();
    await schedules.planScope('s', 'a', due(T(0)));
    await trigger();
    expect(await schedules.latestPlan('s', 'a')).toMatchObject({ time: T(0) });
  });
});

test('triggers, backfills and ticks that come at once wait for one another', async () => {
  await put();
  const triggers = Promise.all(Array.from({ length: 8 }, () => trigger()));
  const ticks = [0, 1, 2].map((n) => schedules.planScope('s', 'a', due(T(n))));
  const backfills = [3, 4, 5].map((n) => backfill(T(n)));
  await Promise.all([...ticks, ...backfills]);
  const times = (await triggers).map((plan) => plan?.time);
  expect(new Set(times).size).toBe(8);
  expect(await schedules.unstarted('s', { limit: 99 })).toHaveLength(14);
});

describe('a backfill', () => {
  const NOW = async () => {
    const { rows } = await pool.query<{ now: Date }>('select now()');
    return Math.floor(rows[0]!.now.getTime() / 1000) * 1000;
  };
  /** Skipped from T(from) to T(to), with nothing else on record. */
  const skip = async (from: number, to: number) => {
    const range = { from: T(from), to: T(to), count: to - from + 1 };
    await schedules.planScope('s', 'a', () => ({
      ...NOTHING,
      skippedRanges: [{ ...range, reason: 'superseded' }],
      decidedThrough: T(to),
    }));
  };
  /** Plans as `5`, a skipped time as `-5`, and a range as `6-200: 195`. */
  const record = async () => {
    const { plans } = await schedules.history({ schedule: 's', limit: 99 });
    const n = (time: Date) => (time.getTime() - T(0)) / HOUR;
    return [...plans].reverse().map(({ time, through, count, state }) => {
      if (through !== undefined) return `${n(time)}-${n(through)}: ${count}`;
      return `${state === 'SKIPPED' ? '-' : ''}${n(time)}`;
    });
  };

  test('runs what has no row or was skipped', async () => {
    await put();
    await schedules.planScope('s', 'a', () => ({
      ...{ due: [T(9)], skipped: [{ time: T(8), reason: 'superseded' as const }] },
      ...{ skippedRanges: [], decidedThrough: T(9), more: false },
    }));
    expect(await backfill(T(7), T(8), T(9))).toEqual([T(7), T(8)]);
    expect(await backfill(T(7), T(8), T(9))).toEqual([]);
    expect(await record()).toEqual(['7', '8', '9']);
    expect(await schedules.backfill('none', 'a', [T(7)], timesOf)).toBeUndefined();
  });

  test('leaves the rest of a range on record, and counts no time that runs', async () => {
    await put();
    await skip(1, 200);
    expect(await backfill(T(5))).toEqual([T(5)]);
    expect(await record()).toEqual(['1-4: 4', '5', '6-200: 195']);
    expect(await backfill(T(1), T(2), T(3), T(4))).toHaveLength(4);
    expect(await record()).toEqual(['1', '2', '3', '4', '5', '6-200: 195']);
    await backfill(T(100), T(102), T(200), T(201));
    const rest = ['6-99: 94', '100', '-101', '102', '103-199: 97', '200', '201'];
    expect((await record()).slice(5)).toEqual(rest);
  });

  test('keeps why, when and by which revision the rest was skipped', async () => {
    await put();
    await skip(1, 200);
    const before = await schedules.history({ schedule: 's', limit: 1 });
    await put({ window: '2h' });
    await backfill(T(1));
    const [rest, planned] = (await schedules.history({ schedule: 's', limit: 9 })).plans;
    const { reason, revision, origin, decidedAt } = before.plans[0]!;
    expect(rest).toMatchObject({ reason, revision, origin, decidedAt, count: 199 });
    expect(planned).toMatchObject({ revision: 2, origin: 'backfill', state: 'PLANNED' });
  });

  test('counts a range by the definition that it was skipped by', async () => {
    await put();
    await skip(1, 200);
    await put({ every: '30m' });
    await backfill(T(4.5));
    expect(await record()).toEqual(['1-200: 200', '4.5']);
    await backfill(T(5));
    expect(await record()).toEqual(['1-4: 4', '4.5', '5', '6-200: 195']);
  });

  test('mends a range that holds a time which runs', async () => {
    await put();
    await schedules.planScope('s', 'a', due(T(5)));
    await skip(1, 200);
    await backfill(T(3));
    expect(await record()).toEqual(['1-2: 2', '3', '-4', '5', '6-200: 195']);
  });

  test('leaves times that are not due yet to their ticks', async () => {
    await put({ every: '1s', delay: '2h' });
    const due = (await NOW()) - 2 * HOUR - 5_000;
    expect(await backfill(due, due + 60_000, due + 2 * HOUR, due + 3 * HOUR)).toEqual([due]);
  });

  test('that was before a tick does not hold up the rules of compat', async () => {
    await put();
    await schedules.planScope('s', 'a', due(T(0)));
    await backfill(T(1));
    expect(await schedules.latestPlan('s', 'a')).toMatchObject({ time: T(0) });
    expect(await schedules.planScope('s', 'a', due(T(1)))).toMatchObject({ planned: 0 });
    expect(await schedules.latestPlan('s', 'a')).toMatchObject({ time: T(1) });
  });
});
