import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanRuns } from '../../../src/activities/control/start-plan.ts';
import { startPlanned } from '../../../src/activities/control/tick-start.ts';
import type { Connections } from '../../../src/client/connections.ts';
import { HoldfastError } from '../../../src/domain/errors.ts';
import type { StartedPlans } from '../../../src/domain/tick.ts';
import { defineSchedule } from '../../../src/handlers/define-schedule.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { planRuns } from '../../../src/workers/orchestrator/plan-runs.ts';
import { eventually } from '../../support/eventually.ts';
import type { OwnDatabase } from '../../support/own-database.ts';
import { ownDatabase } from '../../support/own-database.ts';

let database: OwnDatabase;
let ledger: Ledger;
beforeAll(async () => {
  database = await ownDatabase();
  ledger = openLedger(database.url);
  await ledger.migrate();
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

const T = Date.UTC(2026, 5, 3, 12);
const ME = { by: 'me', how: 'put' };
const never = () => new Promise<never>(() => undefined);

/** A schedule with a plan of each of so many scopes that is due. */
async function planned(name: string, count: number, more: object = {}): Promise<void> {
  const document = { name, kind: 'k', pool: 'p', every: '1h', ...more };
  const none = { skipped: [], skippedRanges: [], more: false };
  const decideBefore = () => ({ ...none, due: [], decidedThrough: undefined });
  await ledger.schedules.put(document, { ...ME, decideBefore });
  const scopes = Array.from({ length: count }, (_, n) => `s${String(n).padStart(3, '0')}`);
  const due = () => ({ ...none, due: [T], decidedThrough: T });
  await ledger.schedules.planScopes(name, scopes, due);
}

const unstarted = (schedule: string) => ledger.schedules.unstarted(schedule, { limit: 500 });

async function history(schedule: string) {
  const { plans } = await ledger.schedules.history({ schedule, limit: 500 });
  return plans.map(({ scope, startedAt, reason }) => ({ scope, is: reason ?? !!startedAt }));
}

/** What starts the jobs of plans, and says which it has started. */
class Starts implements PlanRuns {
  readonly started: string[] = [];
  onStart: (scope: string) => Promise<void> = () => Promise.resolve();
  inputOf: PlanRuns['inputOf'] = () => Promise.resolve({ input: 1 });

  async start(_: string, { plan }: Parameters<PlanRuns['start']>[1]): Promise<void> {
    await this.onStart(plan!.scope);
    this.started.push(plan!.scope);
  }

  end = () => Promise.resolve();

  run(schedule: string, attempt = 1): Promise<StartedPlans> {
    const ignore = () => undefined;
    const events = { planStarted: ignore, timesDecided: ignore, planNotStarted: ignore };
    const request = { schedule, limit: 500 };
    const work = () => startPlanned({ ledger, plans: this, events }, request);
    return new MockActivityEnvironment({ attempt }).run<[], StartedPlans, typeof work>(work);
  }
}

describe('the starts of a batch', () => {
  test('are on record bit by bit, so that a try that is cut off need not be made again', async () => {
    await planned('cut-off', 40);
    const first = new Starts();
    first.onStart = (scope) => (scope === 's035' ? never() : Promise.resolve());
    void first.run('cut-off');
    await eventually(() => first.started.length === 39);
    const rest = (await unstarted('cut-off')).map(({ scope }) => scope);
    expect(rest).toEqual(first.started.slice(32).concat('s035').sort());
    const second = new Starts();
    expect(await second.run('cut-off')).toEqual({ started: 8, more: false });
    expect(second.started).toHaveLength(8);
  });

  test('go on where code that computes an input hangs, which is told', async () => {
    await planned('hangs', 40, { computesInput: true });
    const input = ({ scope }: { scope: string }) => (scope === 's003' ? never() : scope);
    const of = { name: 'hangs', kind: 'k', pool: 'p', every: '1h', input };
    const declared = new Map([['hangs', defineSchedule(of)]]);
    const starts = new Starts();
    const runs = planRuns({} as Connections, declared, 50);
    starts.inputOf = (plan) => runs.inputOf(plan);
    const { started, refused } = await starts.run('hangs');
    expect({ started, count: refused?.count }).toEqual({ started: 39, count: 1 });
    expect(refused?.why).toMatch(/^plan\/hangs\/s003\/\S+ was not started: .* longer than 0.05 s$/);
    expect(await unstarted('hangs')).toMatchObject([{ scope: 's003' }]);
  });

  test('go on where what is computed is no input, or what Temporal refuses for good', async () => {
    await planned('wrong', 40, { computesInput: true });
    const inputs = new Map<string, unknown>([
      ['s003', 1n],
      ['s004', 'x'.repeat(3_000_000)],
    ]);
    const input = ({ scope }: { scope: string }) => (inputs.get(scope) ?? scope) as string;
    const of = { name: 'wrong', kind: 'k', pool: 'p', every: '1h', input };
    const declared = new Map([['wrong', defineSchedule(of)]]);
    const starts = new Starts();
    const runs = planRuns({} as Connections, declared);
    starts.inputOf = (plan) => runs.inputOf(plan);
    starts.onStart = (scope) => {
      const cause = Object.assign(new Error('too large'), { code: 3 });
      const error = new HoldfastError('temporal_unavailable', 'refused', { cause });
      return scope === 's005' ? Promise.reject(error) : Promise.resolve();
    };
    expect(await starts.run('wrong')).toMatchObject({ started: 37, refused: { count: 3 } });
  });

  test('take what code met elsewhere for its own failure, and not for an outage here', async () => {
    await planned('other', 1, { computesInput: true });
    const input = () => Promise.reject(new HoldfastError('ledger_unavailable', 'another one'));
    const of = { name: 'other', kind: 'k', pool: 'p', every: '1h', input };
    const starts = new Starts();
    const runs = planRuns({} as Connections, new Map([['other', defineSchedule(of)]]));
    starts.inputOf = (plan) => runs.inputOf(plan);
    expect(await starts.run('other', 3)).toMatchObject({ started: 0, refused: { count: 1 } });
  });

  test('go on where the definition is not here, which another orchestrator may have', async () => {
    await planned('elsewhere', 40, { computesInput: true });
    const starts = new Starts();
    starts.inputOf = ({ scope }) => Promise.resolve(scope === 's003' ? undefined : { input: 1 });
    expect(await starts.run('elsewhere')).toMatchObject({ started: 39, refused: { count: 1 } });
    const other = new Starts();
    expect(await other.run('elsewhere')).toEqual({ started: 1, more: false });
    expect(other.started).toEqual(['s003']);
  });

  test('are tried again at once where code fails, and then left', async () => {
    await planned('fails', 3, { computesInput: true });
    const starts = new Starts();
    starts.inputOf = ({ scope }) =>
      scope === 's001' ? Promise.reject(new Error('no')) : Promise.resolve({ input: 1 });
    await expect(starts.run('fails')).rejects.toThrow('no');
    expect(starts.started.sort()).toEqual(['s000', 's002']);
    expect(await starts.run('fails', 3)).toMatchObject({ started: 0, refused: { count: 1 } });
  });
});

describe('a schedule that is removed while its plans are started', () => {
  const remove = (name: string) => ledger.schedules.remove(name, ME);

  test('is on record as it is: what was begun runs, and the rest never does', async () => {
    await planned('removed', 40);
    const starts = new Starts();
    let removed: Promise<unknown> | undefined;
    starts.onStart = async () => void (await (removed ??= remove('removed')));
    expect(await starts.run('removed')).toEqual({ started: 32, more: false });
    const plans = await history('removed');
    expect(plans).toHaveLength(40);
    for (const { scope, is } of plans) {
      expect(is).toBe(starts.started.includes(scope) ? true : 'removed');
    }
  });

  test('has no plan left that was begun and cannot be started', async () => {
    await planned('refused', 1);
    const starts = new Starts();
    starts.onStart = async (scope) => {
      await remove('refused');
      throw new HoldfastError('invalid_input', `not ${scope}`);
    };
    expect(await starts.run('refused')).toMatchObject({ refused: { count: 1 } });
    expect(await history('refused')).toEqual([{ scope: 's000', is: 'removed' }]);
  });

  test('runs what was begun by a try that ended in the middle', async () => {
    await planned('died', 2);
    const plans = await unstarted('died');
    expect(await ledger.schedules.claim('died', plans.slice(0, 1))).toHaveLength(1);
    await remove('died');
    const starts = new Starts();
    expect(await starts.run('died')).toEqual({ started: 1, more: false });
    expect(await history('died')).toEqual([
      { scope: 's001', is: 'removed' },
      { scope: 's000', is: true },
    ]);
  });

  test('leaves a plan to its next tick where Temporal may have its job', async () => {
    await planned('away', 2);
    const starts = new Starts();
    starts.onStart = async (scope) => {
      if (scope === 's001') throw new HoldfastError('temporal_unavailable', 'no answer');
      await remove('away');
    };
    await expect(starts.run('away')).rejects.toMatchObject({ code: 'temporal_unavailable' });
    const again = new Starts();
    expect(await again.run('away', 2)).toEqual({ started: 1, more: false });
    expect(again.started).toEqual(['s001']);
  });
});
