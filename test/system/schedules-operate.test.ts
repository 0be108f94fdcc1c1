import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScheduleDocument } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { loadSchedules } from '../../dist/handlers/load-handlers.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import type { PlanLine } from '../support/schedules.ts';
import { FleetSchedules } from '../support/schedules.ts';

const DEFINITIONS = fileURLToPath(new URL('../support/schedule-definitions.mjs', import.meta.url));
const FLAGS = ['--tick-interval', '1s', '--jobs', DEFINITIONS];
const EVERY_MS = 2_000;
const EACH = { every: '2s', catchUp: 'every_plan', maxPlansPerTick: 50 } as const;

let fleet: Fleet;
let schedules: FleetSchedules;
beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, FLAGS);
  schedules = new FleetSchedules(fleet);
  await fleet.startNode('n1', ['--slots', '16']);
});
afterAll(async () => {
  await schedules?.close();
  await fleet?.stop();
});

const put = (name: string, more: Partial<ScheduleDocument>) =>
  fleet.client.schedules.put({ name, kind: 'echo', pool: fleet.pool, every: '1h', ...more });

const pause = (name: string) =>
  fleet.client.schedules.pause(name, { reason: 'enough', by: 'test' });

const closed = ({ state, skipped }: PlanLine): boolean =>
  skipped !== null || (state !== null && state !== 'open');

const at = ({ time }: PlanLine): number => Date.parse(time);

/** The plans of a schedule once they are as they shall be. */
const plansWhen = (name: string, so: (plans: PlanLine[]) => boolean) =>
  eventually(async () => {
    const plans = await schedules.plans(name);
    return so(plans) ? plans : undefined;
  }, 120_000);

/** The clock that decides what is due. */
async function databaseNow(): Promise<number> {
  const [row] = await schedules.query<{ now: Date }>('select clock_timestamp() as now');
  return row!.now.getTime();
}

async function passed(times: number): Promise<void> {
  const until = (await databaseNow()) + times * EVERY_MS;
  await eventually(async () => (await databaseNow()) > until);
}

describe('a pause', () => {
  test.each(['skip', 'latest', 'all'] as const)(
    'plans nothing, and its times are decided by the policy %s when it ends',
    async (policy) => {
      const name = `pause-${policy}`;
      await put(name, EACH);
      await plansWhen(name, (plans) => plans.length > 0);
      const { paused } = await pause(name);
      expect(paused).toMatchObject({ reason: 'enough', by: 'test' });
      const begin = paused!.at.getTime();
      await passed(3);
      expect((await schedules.plans(name)).filter((plan) => at(plan) > begin)).toEqual([]);
      const { resumes } = await fleet.client.schedules.resume(name, { policy });
      const end = resumes!.at.getTime();
      const isAfter = (plan: PlanLine) => at(plan) > end && plan.state === 'succeeded';
      const plans = await plansWhen(name, (all) => all.some(isAfter));
      await pause(name);
      const during = plans.filter((plan) => at(plan) > begin && at(plan) <= end);
      expect(during.length).toBeGreaterThan(2);
      const runs = during.filter(({ skipped }) => skipped === null);
      const wanted = { skip: [], latest: during.slice(-1), all: during }[policy];
      expect(runs).toEqual(wanted);
      expect(new Set(plans.map(({ skipped }) => skipped ?? 'paused'))).toEqual(new Set(['paused']));
      expect(plans.map(at)).toEqual(plans.map((_, n) => at(plans[0]!) + n * EVERY_MS));
    },
    180_000,
  );
});

test('a trigger and a backfill run what no tick planned, also while it is paused', async () => {
  await put('hand', { paused: true });
  const [triggered] = await fleet.client.schedules.trigger('hand');
  await plansWhen('hand', ([plan]) => plan?.state === 'succeeded');
  expect(triggered?.jobId).toMatch(/^plan\/hand\/default\//);

  const range = { from: new Date('2026-06-03T10:30:00Z'), to: new Date('2026-06-03T12:00:00Z') };
  const times = ['2026-06-03T11:00:00Z', '2026-06-03T12:00:00Z'];
  const backfill = async (more: { dryRun?: true; force?: true }) => {
    const plans = await fleet.client.schedules.backfill('hand', { ...range, ...more });
    return plans.map(({ time, was }) => `${time.toISOString().replace('.000', '')} ${was ?? ''}`);
  };
  const fresh = times.map((time) => `${time} `);
  expect(await backfill({ dryRun: true })).toEqual(fresh);
  expect(await schedules.plans('hand')).toHaveLength(1);
  expect(await backfill({})).toEqual(fresh);
  await plansWhen('hand', (all) => all.length === 3 && all.every(closed));
  expect(await backfill({})).toEqual([]);
  expect(await backfill({ force: true })).toEqual(times.map((time) => `${time} SUCCESS`));
  const again = await eventually(async () => {
    const { plans } = await fleet.client.schedules.history('hand', { until: range.to });
    return plans.every(({ state, generation }) => state === 'SUCCESS' && generation === 2) && plans;
  });
  expect(again).toHaveLength(2);
}, 180_000);

test('a failed plan runs again as its next generation', async () => {
  const file = join(fleet.folder, 'late-file');
  await put('fails', { kind: 'scopes-of', input: { file }, retry: { maxAttempts: 1 } });
  const [plan] = await plansWhen('fails', ([first]) => first?.state === 'failed');
  await writeFile(file, 'there');
  const time = new Date(plan!.time);
  const retried = await fleet.client.schedules.retry('fails', { time });
  expect(retried).toMatchObject({ generation: 2 });
  await plansWhen('fails', ([first]) => first?.state === 'succeeded');
  await expect(fleet.client.schedules.retry('fails', { time })).rejects.toMatchObject({
    code: 'job_closed',
  });
}, 180_000);

test('an edit needs the newest revision, and its times begin after it', async () => {
  await put('edited', {});
  await plansWhen('edited', ([plan]) => plan?.state === 'succeeded');
  const changes = { every: null, cron: '* * * * *', catchUp: 'every_plan', maxPlansPerTick: 10 };
  await fleet.client.schedules.edit('edited', changes, { revision: 1 });
  const editedAt = await databaseNow();
  const stale = fleet.client.schedules.edit('edited', { every: '5m' }, { revision: 1 });
  await expect(stale).rejects.toMatchObject({ code: 'schedule_changed' });
  await eventually(async () => {
    const { nextDueAt } = await fleet.client.schedules.get('edited');
    return nextDueAt !== undefined;
  });
  const { plans } = await fleet.client.schedules.history('edited');
  const early = plans.filter(({ revision, time }) => revision === 2 && time.getTime() < editedAt);
  expect(early).toEqual([]);
  await pause('edited');
}, 180_000);

describe('runs that overlap', () => {
  test('wait for one another with queue', async () => {
    const input = fleet.hold('queue');
    await put('queues', { ...EACH, kind: 'hold', input, overlap: 'queue' });
    await plansWhen('queues', (all) => all.filter(({ state }) => state === 'open').length >= 3);
    await fleet.logged('plan.claimed', { schedule: 'queues' });
    await pause('queues');
    expect(fleet.find('plan.claimed', { schedule: 'queues' })).toHaveLength(1);
    await fleet.open('queue');
    const plans = await plansWhen('queues', (all) => all.every(closed));
    for (const plan of plans) expect(plan).toMatchObject({ state: 'succeeded', attempts: 1 });
  }, 180_000);

  test('end the one before with replace', async () => {
    const input = fleet.hold('replace');
    await put('replaces', { ...EACH, kind: 'hold', input, overlap: 'replace' });
    await plansWhen('replaces', (all) => all.filter((p) => p.state === 'cancelled').length >= 2);
    await pause('replaces');
    await fleet.open('replace');
    const plans = await plansWhen('replaces', (all) => all.every(closed));
    expect(plans.at(-1)).toMatchObject({ state: 'succeeded' });
    for (const { state } of plans.slice(0, 2)) expect(state).toBe('cancelled');
  }, 180_000);
});

test('an input is computed by the orchestrators that have its definition', async () => {
  await fleet.client.schedules.put((await loadSchedules(DEFINITIONS)).get('computed')!);
  const [plan] = await plansWhen('computed', ([first]) => first?.state === 'succeeded');
  const { plans } = await fleet.client.schedules.history('computed');
  const { result } = await fleet.client.jobs.get(plans[0]!.jobId!);
  expect(result).toMatchObject({ value: { scope: 'default', day: plan!.time.slice(0, 10) } });
}, 180_000);

test('a plan that cannot be started holds up no other, and its schedule says why', async () => {
  await fleet.client.schedules.put((await loadSchedules(DEFINITIONS)).get('picky')!);
  const isGood = ({ scope, state }: PlanLine) => scope === 'good' && state === 'succeeded';
  const plans = await plansWhen('picky', (all) => all.filter(isGood).length >= 3);
  const { trouble } = await fleet.client.schedules.get('picky');
  expect(trouble).toMatch(/^plan\/picky\/bad\/\S+ was not started: no input for bad$/);
  const bad = plans.filter(({ scope }) => scope === 'bad');
  expect(bad.length).toBeGreaterThan(1);
  for (const plan of bad) expect(plan).toMatchObject({ started: false, skipped: null });
  await fleet.client.schedules.remove('picky');
}, 180_000);

test('a provider of scopes that is too slow leaves its schedule out, with the reason', async () => {
  const scopes = { kind: 'hold', pool: fleet.pool, timeout: '1s', input: fleet.hold('never') };
  await put('asks-slow', { scopes });
  const trouble = await eventually(
    async () => (await fleet.client.schedules.get('asks-slow')).trouble,
  );
  expect(trouble).toContain('no answer within 1 s');
  expect(await schedules.plans('asks-slow')).toEqual([]);
  await fleet.client.schedules.remove('asks-slow');
}, 180_000);

test('a clock of the database that steps back decides nothing twice', async () => {
  await put('stepped', EACH);
  await plansWhen('stepped', (plans) => plans.length >= 2);
  // As if the clock had shown so late a time before.
  const [row] = await schedules.query<{ ahead: Date }>(
    `update holdfast.schedule_scopes set decided_through = decided_through + interval '8 s'
     where schedule = 'stepped' returning decided_through as ahead`,
  );
  const ahead = row!.ahead.getTime();
  await plansWhen('stepped', (plans) => plans.some((plan) => at(plan) > ahead));
  await pause('stepped');
  const plans = await plansWhen('stepped', (all) => all.every(closed));
  expect(plans.filter((plan) => at(plan) > ahead - 8_000 && at(plan) <= ahead)).toEqual([]);
  for (const plan of plans) expect(plan).toMatchObject({ state: 'succeeded', attempts: 1 });
}, 180_000);

test('every time runs once when no orchestrator was there for a while', async () => {
  const other = await fleet.startOrchestrator(FLAGS);
  await put('outlives', { ...EACH, scopes: ['eu', 'us'] });
  await plansWhen('outlives', (plans) => plans.some(({ state }) => state === 'succeeded'));
  await Promise.all([fleet.orchestrator.stop(), other.stop()]);
  const stoppedAt = await databaseNow();
  await passed(4);
  await Promise.all([fleet.startOrchestrator(FLAGS), fleet.startOrchestrator(FLAGS)]);
  const backAt = await databaseNow();
  await plansWhen('outlives', (all) => all.some((plan) => at(plan) > backAt));
  await pause('outlives');
  const plans = await plansWhen('outlives', (all) => all.every(closed));
  for (const plan of plans) {
    expect(plan).toMatchObject({ state: 'succeeded', skipped: null, attempts: 1 });
  }
  for (const scope of ['eu', 'us']) {
    const times = plans.filter((plan) => plan.scope === scope).map(at);
    expect(times).toEqual(times.map((_, n) => times[0]! + n * EVERY_MS));
    expect(times.filter((time) => time > stoppedAt && time < backAt).length).toBeGreaterThan(3);
  }
}, 300_000);
