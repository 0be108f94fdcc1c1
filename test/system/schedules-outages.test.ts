import { setTimeout as delay } from 'node:timers/promises';
import type { ScheduleDocument } from 'holdfast';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { giveClock, stepClock } from '../support/database-clock.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import type { RestartableLedger } from '../support/restartable-ledger.ts';
import { restartableLedger } from '../support/restartable-ledger.ts';
import type { PlanLine } from '../support/schedules.ts';
import { FleetSchedules } from '../support/schedules.ts';

/** How long each part is away; `npm run soak:schedules` sets a minute. */
const OUTAGE_MS = Number(process.env['HOLDFAST_TEST_OUTAGE_MS'] ?? 8_000);
/** How far the database's clock goes back: 90 s when the outages last a minute. */
const STEP_MS = 1.5 * OUTAGE_MS;
const TIMEOUT_MS = 120_000 + 2 * OUTAGE_MS;
const FLAGS = ['--tick-interval', '1s'];
const EVERY_MS = 2_000;
const SCOPES = ['eu', 'us', 'a/b#%'];
const BEAT = {
  ...{ name: 'beat', kind: 'echo', every: '2s', scopes: SCOPES },
  ...{ catchUp: 'every_plan', maxPlansPerTick: 50 },
} satisfies ScheduleDocument;

let ledger: RestartableLedger;
let fleet: Fleet;
let schedules: FleetSchedules;
beforeAll(async () => {
  ledger = await restartableLedger();
  await giveClock(ledger.url);
  const servers = { temporalAddress: inject('temporalAddress'), databaseUrl: ledger.url };
  fleet = await Fleet.start(servers, FLAGS);
  schedules = new FleetSchedules(fleet);
  await fleet.startNode('n1', ['--slots', '8']);
}, 120_000);
afterAll(async () => {
  await schedules.close();
  await fleet.stop();
  await ledger.drop();
});

const at = ({ time }: PlanLine): number => Date.parse(time);

const isClosed = ({ state, skipped }: PlanLine): boolean =>
  skipped !== null || (state !== null && state !== 'open');

async function databaseNow(): Promise<number> {
  const [row] = await schedules.query<{ now: Date }>('select clock_timestamp() as now');
  return row!.now.getTime();
}

/** Waits until a time that is still to come, of each scope, has run. */
async function runsAgain(): Promise<void> {
  const from = await databaseNow();
  const isNew = (plan: PlanLine) => at(plan) > from && plan.state === 'succeeded';
  await eventually(async () => {
    const plans = (await schedules.plans('beat')).filter(isNew);
    return SCOPES.every((scope) => plans.some((plan) => plan.scope === scope));
  }, TIMEOUT_MS);
}

test(
  'every time runs once, whatever is away for a while, and when the clock of the database goes back',
  async () => {
    const other = await fleet.startOrchestrator(FLAGS);
    await schedules.put({ ...BEAT, pool: fleet.pool });
    await runsAgain();

    fleet.orchestrator.signal('SIGSTOP');
    other.signal('SIGKILL');
    await other.ended();
    await delay(OUTAGE_MS);
    fleet.orchestrator.signal('SIGCONT');
    await fleet.startOrchestrator(FLAGS);
    await runsAgain();

    await ledger.stop();
    await delay(OUTAGE_MS);
    await ledger.start();
    await runsAgain();

    const steppedAt = await databaseNow();
    await stepClock(ledger.url, -STEP_MS);
    expect(await databaseNow()).toBeLessThan(steppedAt);
    // No time is due again until that clock shows what it showed before.
    await eventually(async () => (await databaseNow()) > steppedAt, TIMEOUT_MS);
    await runsAgain();

    await schedules.ledger.schedules.pause('beat', { by: 'test', reason: 'enough' });
    const plans = await eventually(async () => {
      const all = await schedules.plans('beat');
      return all.every(isClosed) ? all : undefined;
    }, TIMEOUT_MS);
    for (const { state, skipped } of plans) {
      expect({ state, skipped }).toEqual({ state: 'succeeded', skipped: null });
    }
    for (const scope of SCOPES) {
      const times = plans.filter((plan) => plan.scope === scope).map(at);
      expect(times).toEqual(times.map((_, n) => times[0]! + n * EVERY_MS));
      // The step back and the wait for what it took add nothing to the database's time.
      expect(times.length).toBeGreaterThan((2 * OUTAGE_MS) / EVERY_MS - 1);
    }
    const successes = await schedules.query(
      `select job_id from holdfast.attempts
       where outcome = 'succeeded' and job_id like 'plan/beat/%'`,
    );
    expect(successes).toHaveLength(plans.length);
    expect(new Set(plans.map((plan) => `${plan.scope} ${plan.time}`)).size).toBe(plans.length);
  },
  5 * TIMEOUT_MS,
);
