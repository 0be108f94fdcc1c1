import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { ApplyRules } from '../../src/domain/apply-schedules.ts';
import { decideApply } from '../../src/domain/apply-schedules.ts';
import type { ScheduleDocument } from '../../src/domain/schedule-definition.ts';
import type { ApplyChange, DecideSteps } from '../../src/ledger/apply-schedules.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import type { ScopeDecision } from '../../src/ledger/plan-scopes.ts';
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
       holdfast.plans, holdfast.applied_schedules cascade`,
  ),
);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const NOTHING: ScopeDecision = {
  ...{ due: [], skipped: [], skippedRanges: [] },
  ...{ decidedThrough: undefined, more: false },
};
const CHANGE: ApplyChange = {
  by: 'me',
  how: ({ outcome }) => `apply ${outcome?.source}`,
  decideBefore: () => NOTHING,
};
const schedule = (name: string, more: object = {}): ScheduleDocument => ({
  ...{ name, kind: 'k', pool: 'p', every: '1h', ...more },
});
const decide =
  (documents: readonly ScheduleDocument[], rules: Partial<ApplyRules> = {}): DecideSteps =>
  (situation) =>
    decideApply(situation, [{ source: 'f', schedules: documents }], {
      ...{ onConflict: 'fail', prune: false, ...rules },
    });
const scopeOf = (documents: readonly ScheduleDocument[]) => ({
  names: documents.map(({ name }) => name),
  sources: ['f'],
});
const apply = (documents: readonly ScheduleDocument[], rules: Partial<ApplyRules> = {}) =>
  schedules.apply(scopeOf(documents), decide(documents, rules), CHANGE);
const put = (document: ScheduleDocument) =>
  schedules.put(document, { by: 'you', how: 'edit', decideBefore: () => NOTHING });
const kinds = (steps: Awaited<ReturnType<typeof apply>>) =>
  steps === 'raced' ? steps : steps.map(({ name, outcome }) => `${name} ${outcome?.kind}`);

describe('an apply', () => {
  it('changes schedules with what the file said before for a base, and leaves revisions', async () => {
    expect(kinds(await apply([schedule('a'), schedule('b')]))).toEqual(['a created', 'b created']);
    await put(schedule('a', { window: '2h' }));
    const next = [schedule('a', { jitter: '5s' }), schedule('b')];
    expect(kinds(await apply(next))).toEqual(['a changed', 'b unchanged']);
    expect((await schedules.get('a'))?.document).toMatchObject({ window: '2h', jitter: '5s' });
    expect(await schedules.revisions('a')).toMatchObject([
      { revision: 3, by: 'me', how: 'apply f' },
      { revision: 2, by: 'you', how: 'edit' },
      { revision: 1, by: 'me', how: 'apply f' },
    ]);
    expect(kinds(await apply(next))).toEqual(['a unchanged', 'b unchanged']);
    expect((await schedules.get('a'))?.revision).toBe(3);
  });

  it('does nothing at all when its decision throws', async () => {
    await apply([schedule('a')]);
    const documents = [schedule('a', { every: '2h' }), schedule('b')];
    const refused = schedules.apply(
      scopeOf(documents),
      () => {
        throw new Error('no');
      },
      CHANGE,
    );
    await expect(refused).rejects.toThrow('no');
    expect((await schedules.list()).map(({ revision }) => revision)).toEqual([1]);
    // Nor is anything remembered: the same change is still one of the file alone.
    expect(kinds(await apply(documents))).toEqual(['a changed', 'b created']);
  });

  it('prunes by its source, and a name that was pruned can come back', async () => {
    await apply([schedule('a'), schedule('b')]);
    await put(schedule('c'));
    expect(kinds(await apply([schedule('a')]))).toEqual(['a unchanged', 'b prunable']);
    const pruned = await apply([schedule('a')], { prune: true });
    expect(pruned).toMatchObject([{}, { outcome: { kind: 'removed' }, removedBy: 2 }]);
    expect((await schedules.list()).map(({ name }) => name)).toEqual(['a', 'c']);
    const back = await apply([schedule('a'), schedule('b')]);
    expect(back).toMatchObject([{}, { outcome: { kind: 'created' }, schedule: { revision: 3 } }]);
  });

  it('asks the old definition for what was due when times change', async () => {
    await apply([schedule('a')]);
    await schedules.planScope('a', 'x', () => ({
      ...NOTHING,
      due: [1_000],
      decidedThrough: 1_000,
    }));
    const asked: string[] = [];
    const documents = [schedule('a', { every: '10m' })];
    await schedules.apply(scopeOf(documents), decide(documents), {
      ...CHANGE,
      decideBefore: ({ scope, definition }) => {
        asked.push(`${scope} ${JSON.stringify(definition.plan.timing)}`);
        return NOTHING;
      },
    });
    expect(asked).toEqual(['x {"kind":"every","everyMs":3600000}']);
  });

  it('leaves a pause as it is', async () => {
    await apply([schedule('a', { paused: true })]);
    await schedules.resume('a', 'skip');
    expect(kinds(await apply([schedule('a', { paused: true, jitter: '1s' })]))).toEqual([
      'a changed',
    ]);
    expect((await schedules.get('a'))?.paused).toBeUndefined();
    await schedules.pause('a', { by: 'me', reason: 'why' });
    await apply([schedule('a', { paused: false })]);
    expect((await schedules.get('a'))?.paused).toMatchObject({ reason: 'why' });
  });
});

test('edits and applies at once lose nothing of either', async () => {
  const fields = ['jitter', 'deadline', 'runTimeout', 'delay'] as const;
  await apply([schedule('a')]);
  const edit = async (field: string): Promise<void> => {
    for (;;) {
      const current = await schedules.get('a');
      const document = { ...current!.document, [field]: '3h' };
      const options = { by: 'you', how: 'edit', decideBefore: () => NOTHING };
      const edited = await schedules.put(document, { ...options, revision: current!.revision });
      if (edited.kind !== 'conflict') return;
    }
  };
  const applies = [1, 2, 3, 4].map((n) => apply([schedule('a', { priority: n })]));
  await Promise.all([...fields.map(edit), ...applies]);
  const { document, revision } = (await schedules.get('a'))!;
  expect(document).toMatchObject(Object.fromEntries(fields.map((field) => [field, '3h'])));
  expect(document['priority']).toBeGreaterThan(0);
  expect(revision).toBe(9);
});

test('an apply that finds another record than it was decided from changes nothing', async () => {
  await apply([schedule('b')]);
  const documents = [schedule('a'), schedule('b')];
  const steps = await schedules.apply(
    scopeOf(documents),
    // As if somebody had created `b` just after it was looked for.
    (situation) => decide(documents)({ ...situation, live: new Map(), applied: new Map() }),
    CHANGE,
  );
  expect(steps).toBe('raced');
  expect((await schedules.list()).map(({ name }) => name)).toEqual(['b']);
});

test('of several who seed an empty ledger at once, one does', async () => {
  const documents = [schedule('a'), schedule('b')];
  const seed = () =>
    schedules.apply(
      scopeOf(documents),
      (situation) => (situation.wasNeverUsed ? decide(documents)(situation) : []),
      CHANGE,
    );
  const seeds = await Promise.all([seed(), seed(), seed()]);
  expect(seeds.map((steps) => steps.length).sort()).toEqual([0, 0, 2]);
  await schedules.remove('a', { by: 'me', how: 'remove' });
  await schedules.remove('b', { by: 'me', how: 'remove' });
  expect(await seed()).toEqual([]);
});
