import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { FleetSchedules } from '../support/schedules.ts';

const EVERY_MS = 2_000;

describe('a schedule with two orchestrators', () => {
  let fleet: Fleet;
  let schedules: FleetSchedules;
  beforeAll(async () => {
    const servers = { temporalAddress: inject('temporalAddress') };
    fleet = await Fleet.start(servers, ['--tick-interval', '1s']);
    schedules = new FleetSchedules(fleet);
    await fleet.startNode('n1', ['--slots', '8']);
  });
  afterAll(async () => {
    await schedules.close();
    await fleet.stop();
  });

  test('runs every time once while one after the other is killed', async () => {
    let victim = await fleet.startOrchestrator(['--tick-interval', '1s']);
    const scopes = ['eu', 'us', 'a/b#%'];
    await schedules.put({
      name: 'beat',
      kind: 'echo',
      pool: fleet.pool,
      input: { at: '${time}', of: '${scope}' },
      every: '2s',
      scopes,
      catchUp: 'every_plan',
      maxPlansPerTick: 10,
    });
    const succeeded = async (): Promise<number> =>
      (await schedules.plans('beat')).filter(({ state }) => state === 'succeeded').length;
    for (const so of [3, 9, 15]) {
      await eventually(async () => (await succeeded()) >= so, 120_000);
      victim.signal('SIGKILL');
      await victim.ended();
      victim = await fleet.startOrchestrator(['--tick-interval', '1s']);
    }
    const done = await succeeded();
    await eventually(async () => (await succeeded()) >= done + 9, 120_000);
    await schedules.ledger.schedules.pause('beat', { by: 'test', reason: 'enough' });
    const plans = await eventually(async () => {
      const all = await schedules.plans('beat');
      return all.every(({ state }) => state !== null && state !== 'open') ? all : undefined;
    }, 120_000);

    for (const { state, skipped, attempts } of plans) {
      expect({ state, skipped }).toEqual({ state: 'succeeded', skipped: null });
      expect(attempts).toBe(1);
    }
    for (const scope of scopes) {
      const times = plans
        .filter((plan) => plan.scope === scope)
        .map(({ time }) => Date.parse(time));
      const first = times[0] ?? 0;
      expect(times).toEqual(times.map((_, at) => first + at * EVERY_MS));
      expect(times.length).toBeGreaterThan(4);
    }
  }, 400_000);
});
