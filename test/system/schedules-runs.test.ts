import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { alarmId } from '../../dist/domain/ids.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import type { PlanLine } from '../support/schedules.ts';
import { FleetSchedules } from '../support/schedules.ts';

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

const closed = ({ state }: PlanLine): boolean => state !== null && state !== 'open';

/** A schedule that has one time only for now: the last full hour. */
async function hourly(name: string, kind: string, more: Record<string, unknown> = {}) {
  await schedules.put({ name, kind, pool: fleet.pool, every: '1h', ...more });
}

/** Its plan when that has ended. */
function ended(name: string): Promise<PlanLine> {
  return eventually(async () => (await schedules.plans(name)).find(closed), 120_000);
}

const attemptsOf = (name: string) =>
  schedules.query(
    `select attempts.outcome, attempts.code, attempts.node, attempts.incarnation is not null as known,
       attempts.rows_affected::int as rows, attempts.summary
     from holdfast.plans join holdfast.attempts on attempts.job_id = plans.job_id
     where schedule = $1 order by epoch`,
    [name],
  );

describe('a run', () => {
  test('is told its plan, and what it says of itself is on record', async () => {
    await hourly('tells', 'planned', { input: { day: '${time}' } });
    const { time } = await ended('tells');
    const [attempt, ...others] = (await attemptsOf('tells')) as { summary: string }[];
    expect(others).toEqual([]);
    expect(attempt).toMatchObject({ outcome: 'succeeded', node: 'n1', known: true, rows: 11 });
    expect(JSON.parse(attempt!.summary)).toMatchObject({
      input: { day: time },
      plan: { schedule: 'tells', scope: 'default', attempt: 1 },
    });
    const ids = { schedule: 'tells', scope: 'default', time, attempt: 1 };
    const claimed = await fleet.logged('plan.claimed', ids);
    const told = await fleet.logged('plan.succeeded', ids);
    expect(told).toMatchObject({ executionId: claimed['executionId'], willRetry: false });
    expect(told['runner']).toMatch(/^n1\//);
  }, 120_000);

  test.each([
    ['error', 'handler_error'],
    ['text', 'handler_panic'],
    ['exit', 'handler_panic'],
  ])(
    'that fails by %s is tried again, and its plan fails as %s (cases 32 and 36)',
    async (by, code) => {
      const retry = { maxAttempts: 2, backoff: ['1s'] };
      await hourly(`by-${by}`, 'breaks', { input: { by }, retry });
      expect(await ended(`by-${by}`)).toMatchObject({ state: 'failed', attempts: 2 });
      expect(await attemptsOf(`by-${by}`)).toMatchObject([{ code }, { code }]);
      const [plan] = (await fleet.client.schedules.history(`by-${by}`)).plans;
      if (by !== 'exit') expect(plan?.error?.message).toContain('simulated handler boom');
      const ids = { schedule: `by-${by}`, errorCode: code };
      await fleet.logged('plan.failed', { ...ids, willRetry: false });
      expect(fleet.find('plan.failed', ids).map((line) => line['willRetry'])).toEqual([
        true,
        false,
      ]);
    },
    120_000,
  );

  test('that takes too long fails as run_timeout', async () => {
    const more = { input: fleet.hold('never'), runTimeout: '1s', retry: { maxAttempts: 1 } };
    await hourly('slow', 'hold', more);
    expect(await ended('slow')).toMatchObject({ state: 'failed', attempts: 1 });
    expect(await attemptsOf('slow')).toMatchObject([{ code: 'run_timeout' }]);
  }, 120_000);

  test('that may not run twice fails as stale_timeout, and the next one runs (case 35)', async () => {
    const node = await fleet.startNode('doomed', ['--pool', 'once', '--lease', '2s']);
    const more = { pool: 'once', input: fleet.hold('once'), staleReentry: false };
    await hourly('once', 'hold', { ...more, heartbeat: '2s' });
    await fleet.logged('plan.claimed', { schedule: 'once' });
    node.signal('SIGKILL');
    expect(await ended('once')).toMatchObject({ state: 'failed', attempts: 1 });
    expect(await attemptsOf('once')).toMatchObject([{ code: 'stale_timeout' }]);
    await fleet.logged('plan.lease_lost', { schedule: 'once', willRetry: false });
    await fleet.open('once');
    await fleet.startNode('heir', ['--pool', 'once']);
    await fleet.client.schedules.trigger('once');
    const states = await eventually(async () => {
      const plans = await schedules.plans('once');
      return plans.length === 2 && plans.every(closed)
        ? plans.map(({ state }) => state)
        : undefined;
    });
    expect(states).toEqual(['failed', 'succeeded']);
  }, 120_000);

  test('that is lost runs again, and what it does when it wakes does not count (cases 34 and 38)', async () => {
    const node = await fleet.startNode('frozen', ['--pool', 'stale', '--lease', '2s']);
    await hourly('stale', 'hold', { pool: 'stale', input: fleet.hold('stale'), heartbeat: '2s' });
    await fleet.logged('plan.claimed', { schedule: 'stale', attempt: 1 });
    await fleet.startNode('other', ['--pool', 'stale']);
    await fleet.logged('node.lease_held', { node: 'other' });
    node.signal('SIGSTOP');
    const second = await fleet.logged('plan.claimed', { schedule: 'stale', attempt: 2 });
    const [running] = (await fleet.client.schedules.history('stale')).plans;
    expect(running).toMatchObject({ state: 'RUNNING' });
    expect(running?.attempts).toMatchObject([
      { epoch: 1, node: 'frozen', state: 'FAILED', code: 'lease_lost' },
      { epoch: 2, node: 'other', state: 'RUNNING', endedAt: undefined },
    ]);
    await fleet.open('stale');
    const plan = await ended('stale');
    node.signal('SIGCONT');
    expect(plan).toMatchObject({ state: 'succeeded', attempts: 2, time: second['time'] });
    expect(await attemptsOf('stale')).toMatchObject([
      { outcome: 'lost', code: 'lease_lost', node: 'frozen' },
      { outcome: 'succeeded', node: 'other' },
    ]);
  }, 120_000);
});

describe('a schedule whose nodes are away', () => {
  test('runs every time when a node of its pool comes', async () => {
    const more = { pool: 'empty', catchUp: 'every_plan', maxPlansPerTick: 10 };
    await schedules.put({ name: 'away', kind: 'echo', every: '2s', ...more });
    await eventually(async () => (await schedules.plans('away')).length >= 3);
    expect((await schedules.plans('away')).filter(closed)).toEqual([]);
    await fleet.startNode('late', ['--pool', 'empty']);
    await eventually(async () => (await schedules.plans('away')).filter(closed).length >= 4);
    await schedules.ledger.schedules.pause('away', { by: 'test', reason: 'enough' });
    await eventually(async () => (await schedules.plans('away')).every(closed));
    const states = (await schedules.plans('away')).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['succeeded']));
  }, 180_000);

  test('runs on the node that it is pinned to when that is back', async () => {
    const node = await fleet.startNode('pinned', ['--lease', '2s']);
    await fleet.logged('node.lease_held', { node: 'pinned' });
    node.signal('SIGKILL');
    await fleet.logged('node.lost', { node: 'pinned' });
    await hourly('pins', 'planned', { pin: 'pinned' });
    await eventually(async () =>
      (await schedules.plans('pins')).some(({ state }) => state === 'open'),
    );
    await fleet.startNode('pinned', ['--lease', '2s']);
    expect(await ended('pins')).toMatchObject({ state: 'succeeded' });
    expect(await attemptsOf('pins')).toMatchObject([{ node: 'pinned' }]);
  }, 180_000);
});

describe('scopes that a job names', () => {
  test('leave their schedule out while it fails, and no other', async () => {
    const file = join(fleet.folder, 'scopes');
    const scopes = { kind: 'scopes-of', timeout: '20s', input: { file } };
    await hourly('asks', 'echo', { scopes });
    const trouble = await eventually(async () => {
      const stored = await schedules.ledger.schedules.get('asks');
      return stored?.trouble;
    });
    expect(trouble).toMatch(/^the scopes, by kind scopes-of: /);
    await hourly('other', 'echo');
    expect(await ended('other')).toMatchObject({ state: 'succeeded' });
    expect(await schedules.plans('asks')).toEqual([]);

    await writeFile(file, '');
    const hasNone = async () => {
      const { trouble: still, tickedAt } = await fleet.client.schedules.get('asks');
      return still === undefined && tickedAt !== undefined;
    };
    await eventually(hasNone);
    // Case 40: no scope, no row, no error.
    expect(await schedules.plans('asks')).toEqual([]);
    await fleet.client.schedules.edit('asks', { window: '25h' });
    await writeFile(file, 'a/b\nc\n');
    const plans = await eventually(async () => {
      const all = await schedules.plans('asks');
      return all.length === 2 && all.every(closed) ? all : undefined;
    });
    expect(plans.map(({ scope }) => scope).sort()).toEqual(['a/b', 'c']);
    await eventually(async () => {
      const stored = await schedules.ledger.schedules.get('asks');
      return stored !== undefined && stored.trouble === undefined;
    });
  }, 180_000);
});

describe('a run that is still under way', () => {
  test('lets the next one be skipped, which is on record (case 21)', async () => {
    const more = { overlap: 'skip', catchUp: 'every_plan', maxPlansPerTick: 10 };
    const input = fleet.hold('overlap');
    await schedules.put({
      name: 'skips',
      kind: 'hold',
      pool: fleet.pool,
      every: '2s',
      input,
      ...more,
    });
    await eventually(async () => {
      const plans = await schedules.plans('skips');
      return plans.filter(({ skipped }) => skipped === 'overlap').length >= 2;
    });
    await schedules.ledger.schedules.pause('skips', { by: 'test', reason: 'enough' });
    await fleet.open('overlap');
    const [first, ...rest] = await eventually(async () => {
      const plans = await schedules.plans('skips');
      return plans[0]?.state === 'succeeded' ? plans : undefined;
    });
    expect(first).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(rest[0]).toMatchObject({ skipped: 'overlap', started: false });
  }, 120_000);
});

describe('the alarm of a schedule', () => {
  test('comes back when it was deleted, and nothing is missed meanwhile', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const { schedule } = new Client({ connection, namespace: fleet.namespace });
    const more = { catchUp: 'every_plan', maxPlansPerTick: 10 };
    await schedules.put({ name: 'woken', kind: 'echo', pool: fleet.pool, every: '2s', ...more });
    const handle = schedule.getHandle(alarmId('woken'));
    const isThere = () =>
      handle.describe().then(
        () => true,
        () => false,
      );
    await eventually(isThere);
    await handle.delete();
    await eventually(isThere);
    const { length } = await schedules.plans('woken');
    await eventually(
      async () => (await schedules.plans('woken')).filter(closed).length > length + 1,
    );
    await schedules.ledger.schedules.pause('woken', { by: 'test', reason: 'enough' });
    const times = (await schedules.plans('woken')).map(({ time }) => Date.parse(time));
    expect(times).toEqual(times.map((_, at) => times[0]! + at * 2_000));
    await connection.close();
  }, 120_000);
});
