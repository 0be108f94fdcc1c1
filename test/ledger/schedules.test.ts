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
       holdfast.plans, holdfast.jobs cascade`,
  ),
);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const DOCUMENT = { name: 's', kind: 'k', pool: 'p', every: '1h' } satisfies ScheduleDocument;
const T = Date.UTC(2026, 5, 3, 12);
const HOUR = 3_600_000;
const NOTHING: ScopeDecision = {
  ...{ due: [], skipped: [], skippedRanges: [] },
  ...{ decidedThrough: undefined, more: false },
};
const due =
  (...times: number[]): Decide =>
  () => ({ ...NOTHING, due: times, decidedThrough: Math.max(...times) });
const put = (fields: object = {}, revision?: number, decideBefore: Decide = () => NOTHING) =>
  schedules.put({ ...DOCUMENT, ...fields }, { by: 'me', how: 'put', revision, decideBefore });

/** The job of a plan, as its workflow records it. */
async function job(id: string, state: string, generation = 1): Promise<void> {
  const isOpen = state === 'open';
  await pool.query(
    `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, state, error,
       closed_at, opened_at)
     values ($1, $2, $1, 'r', 'k', 'p', '1', $3, $4, $5, now() - interval '2 h')`,
    [
      ...[id, generation, state],
      state === 'failed' ? '{"code":"job_failed","message":"no"}' : null,
      isOpen ? null : new Date(),
    ],
  );
}

describe('a definition', () => {
  test('is created, found unchanged, changed, and refused from another revision', async () => {
    expect(await put()).toMatchObject({ kind: 'created', schedule: { name: 's', revision: 1 } });
    expect(await put()).toMatchObject({ kind: 'unchanged', schedule: { revision: 1 } });
    expect(await put({}, 0)).toEqual({ kind: 'conflict', revision: 1 });
    expect(await put({ window: '2h' }, 2)).toEqual({ kind: 'conflict', revision: 1 });
    expect(await put({ window: '2h' }, 1)).toMatchObject({ kind: 'changed' });
    expect((await schedules.get('s'))?.document).toEqual({ ...DOCUMENT, window: '2h' });
    expect(await schedules.revisions('s')).toMatchObject([
      { revision: 2, by: 'me', document: { window: '2h' } },
      { revision: 1 },
    ]);
  });

  test('of several who create it at once, is created by one', async () => {
    const puts = await Promise.all([put({}, 0), put({}, 0), put({}, 0)]);
    expect(puts.map(({ kind }) => kind).sort()).toEqual(['conflict', 'conflict', 'created']);
  });

  test('that was removed goes on with its revisions, and its plans never run', async () => {
    await put();
    await schedules.planScope('s', 'default', due(T));
    expect(await schedules.remove('s', { by: 'me', how: 'remove', revision: 7 })).toEqual({
      ...{ kind: 'conflict', revision: 1 },
    });
    expect(await schedules.remove('s', { by: 'me', how: 'remove' })).toBe('removed');
    expect(await schedules.get('s')).toBeUndefined();
    expect((await schedules.history({ schedule: 's', limit: 9 })).plans).toMatchObject([
      { state: 'SKIPPED', reason: 'removed' },
    ]);
    expect(await put()).toMatchObject({ kind: 'created', schedule: { revision: 3 } });
  });

  test('with other times is asked for what was due before, and does not apply to the past', async () => {
    await put();
    await schedules.planScope('s', 'a', due(T));
    const asked: unknown[] = [];
    await put({ every: '10m' }, 1, ({ scope, decidedThrough, revision, definition }) => {
      asked.push([scope, decidedThrough, revision, definition.plan.timing]);
      return { ...NOTHING, due: [T + HOUR], decidedThrough: T + HOUR };
    });
    expect(asked).toEqual([['a', T, 1, { kind: 'every', everyMs: HOUR }]]);
    const found = await schedules.scopesToPlan('s', { limit: 9, scopes: ['a', 'b'] });
    const [a, b] = found?.scopes ?? [];
    expect(a?.decidedThrough).toBeGreaterThan(T + HOUR);
    expect(b?.decidedThrough).toBeUndefined();
    // A scope that nobody has seen yet has no past either.
    const past = await schedules.planScope('s', 'b', due(T));
    expect(past).toEqual({ planned: 0, skipped: 0, more: false });
    const plans = await schedules.unstarted('s', { limit: 9 });
    expect(plans).toMatchObject([
      { time: T, revision: 1, definition: { plan: { timing: { everyMs: HOUR } } } },
      { time: T + HOUR, revision: 1 },
    ]);
  });
});

describe('planning', () => {
  test('records what was decided once, by however many at once (case 33)', async () => {
    await put({ delay: '1m' });
    const decide: Decide = ({ decidedThrough }) => ({
      due: [T],
      skipped: [{ time: T - HOUR, reason: 'superseded' }],
      skippedRanges: [{ from: T - 500 * HOUR, to: T - 2 * HOUR, count: 499, reason: 'paused' }],
      decidedThrough: decidedThrough === undefined ? T : T - HOUR,
      more: false,
    });
    const ticks = Array.from({ length: 8 }, () => schedules.planScope('s', 'a', decide));
    const plans = await Promise.all(ticks);
    const [first, ...others] = plans.sort((a, b) => (b?.planned ?? 0) - (a?.planned ?? 0));
    expect(first).toMatchObject({ planned: 1, skipped: 2 });
    for (const other of others) expect(other).toMatchObject({ planned: 0, skipped: 0 });
    expect(await schedules.scopesToPlan('s', { limit: 9, scopes: ['a'] })).toMatchObject({
      scopes: [{ scope: 'a', decidedThrough: T }],
    });
    expect(await schedules.unstarted('s', { limit: 9 })).toMatchObject([
      { scope: 'a', time: T, dueAt: T + 60_000, jobId: 'plan/s/a/2026-06-03T12:00:00Z' },
    ]);
  });

  test('leaves a paused schedule alone (case 48)', async () => {
    await put();
    await schedules.pause('s', { by: 'me', reason: 'why' });
    await schedules.pause('s', { by: 'you', reason: 'again' });
    expect((await schedules.get('s'))?.paused).toMatchObject({ by: 'me', reason: 'why' });
    expect(await schedules.planScope('s', 'a', due(T))).toBeUndefined();
    const resumed = await schedules.resume('s', 'skip');
    expect(resumed).toMatchObject({ paused: undefined, resumes: { policy: 'skip' } });
    let seen: unknown;
    await schedules.planScope('s', 'a', (situation) => {
      seen = situation.resumes;
      return NOTHING;
    });
    expect(seen).toEqual(resumed?.resumes);
    await schedules.endTick('s', { nextDueAt: T, clearsResume: resumed?.resumes?.at });
    expect(await schedules.get('s')).toMatchObject({ resumes: undefined, nextDueAt: new Date(T) });
  });

  test('goes through scopes in batches', async () => {
    await put({ scopes: ['c', 'a', 'b'] });
    const first = await schedules.scopesToPlan('s', { limit: 2 });
    expect(first).toMatchObject({ scopes: [{ scope: 'a' }, { scope: 'b' }], next: 'b' });
    const rest = await schedules.scopesToPlan('s', { limit: 2, after: first?.next });
    expect(rest).toMatchObject({ scopes: [{ scope: 'c' }], next: undefined });
  });
});

describe('a tick', () => {
  test('is due for what was never ticked, what is overdue, and what waits for its start', async () => {
    await put();
    expect(await schedules.overdue(9)).toEqual(['s']);
    const later = Date.now() + HOUR;
    await schedules.endTick('s', { nextDueAt: later, trouble: 'no answer' });
    expect(await schedules.overdue(9)).toEqual([]);
    expect((await schedules.get('s'))?.trouble).toBe('no answer');
    await schedules.endTick('s', { nextDueAt: later, revision: 7 });
    expect(await schedules.overdue(9)).toEqual(['s']);
    await schedules.planScope('s', 'a', due(T));
    await schedules.endTick('s', { nextDueAt: later });
    expect((await schedules.get('s'))?.nextDueAt).toEqual(new Date(T));
    await schedules.markStarted('s', [{ scope: 'a', time: T }]);
    expect(await schedules.unstarted('s', { limit: 9 })).toEqual([]);
    expect(await schedules.markSkipped('s', { scope: 'a', time: T }, 'overlap')).toBe(false);
    await schedules.endTick('s', { nextDueAt: later });
    expect((await schedules.get('s'))?.nextDueAt).toEqual(new Date(later));
  });

  test('finds the open jobs of a scope, those that were just started too', async () => {
    await put();
    const times = [T, T + HOUR, T + 2 * HOUR];
    await schedules.planScope('s', 'a', due(...times));
    await schedules.planScope('s', 'a/b', due(T));
    await schedules.markStarted('s', [{ scope: 'a', time: T + 2 * HOUR }]);
    await job('plan/s/a/2026-06-03T12:00:00Z', 'failed');
    await job('plan/s/a/2026-06-03T12:00:00Z', 'open', 2);
    await job('plan/s/a%2Fb/2026-06-03T12:00:00Z', 'open');
    expect(await schedules.openJobsOf('s', 'a')).toEqual([
      { id: 'plan/s/a/2026-06-03T12:00:00Z', generation: 2 },
      { id: 'plan/s/a/2026-06-03T14:00:00Z', generation: 1 },
    ]);
  });
});

describe('history', () => {
  test('tells what became of plans from their jobs, page by page', async () => {
    await put();
    const times = [0, 1, 2, 3].map((hours) => T + hours * HOUR);
    await schedules.planScope('s', 'a', () => ({
      ...{ due: times, skipped: [{ time: T - HOUR, reason: 'superseded' as const }] },
      ...{ skippedRanges: [], decidedThrough: T + 3 * HOUR, more: false },
    }));
    await job('plan/s/a/2026-06-03T12:00:00Z', 'failed');
    await job('plan/s/a/2026-06-03T13:00:00Z', 'open');
    await pool.query(
      `insert into holdfast.attempts (job_id, generation, epoch, node, outcome, ended_at, incarnation,
         rows_affected, summary, code)
       values ('plan/s/a/2026-06-03T12:00:00Z', 1, 1, 'n', 'failed', now(), 'i', 7, 's', 'run_timeout')`,
    );
    const first = await schedules.history({ schedule: 's', limit: 3 });
    expect(first.plans.map(({ state }) => state)).toEqual(['PLANNED', 'PLANNED', 'RUNNING']);
    const rest = await schedules.history({ schedule: 's', limit: 3, cursor: first.cursor });
    expect(rest).toMatchObject({
      plans: [
        {
          state: 'FAILED',
          error: { code: 'job_failed' },
          attempts: [{ node: 'n', incarnation: 'i', rowsAffected: 7, code: 'run_timeout' }],
        },
        { state: 'SKIPPED', reason: 'superseded' },
      ],
      cursor: undefined,
    });
    const failed = await schedules.history({ schedule: 's', state: 'FAILED', limit: 3 });
    expect(failed.plans).toHaveLength(1);
    expect(await schedules.latestPlan('s', 'a')).toMatchObject({ time: T + 3 * HOUR });
    expect(await schedules.figures()).toMatchObject([
      {
        name: 's',
        decidedThrough: new Date(T + 3 * HOUR),
        planned: 4,
        runningStale: 1,
      },
    ]);
  });

  test('is not behind by a scope that its last tick did not see', async () => {
    await put({ every: '10m' });
    const { rows } = await pool.query<{ ago: Date }>(`select now() - interval '30 min' as ago`);
    const first = rows[0]!.ago.getTime();
    const through = async () => (await schedules.figures())[0]?.decidedThrough.getTime();
    await schedules.planScopes('s', ['gone', 'stays', 'stays too'], due(first));
    await schedules.endTick('s', { nextDueAt: first + 600_000 });
    // As if that had been then.
    await pool.query(`update holdfast.schedule_scopes set seen_at = seen_at - interval '30 min'`);
    await pool.query(`update holdfast.schedules set ticked_at = ticked_at - interval '30 min'`);
    expect(await through()).toBe(first);
    await schedules.planScopes('s', ['stays'], due(first + 1_200_000));
    // This tick is not over: who says that it will not see the others?
    expect(await through()).toBe(first);
    await schedules.planScopes('s', ['stays too'], due(first + 600_000));
    await schedules.endTick('s', { nextDueAt: first + 1_800_000 });
    expect(await through()).toBe(first + 600_000);
    // Whoever runs it by hand makes it no scope again.
    await schedules.backfill('s', 'gone', [first + 600_000], timesOf);
    await schedules.trigger('s', 'gone', { timesOf });
    expect(await through()).toBe(first + 600_000);
  });

  test('is behind since its creation while nothing is decided', async () => {
    await put();
    const createdAt = (await schedules.get('s'))!.createdAt;
    expect(await schedules.figures()).toMatchObject([{ decidedThrough: createdAt, planned: 0 }]);
  });
});
