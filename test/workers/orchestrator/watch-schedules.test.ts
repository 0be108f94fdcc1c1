import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { watchSchedules } from '../../../src/workers/orchestrator/watch-schedules.ts';
import { eventually } from '../../support/eventually.ts';
import type { OwnDatabase } from '../../support/own-database.ts';
import { ownDatabase } from '../../support/own-database.ts';

const YEAR_MS = 365 * 86_400_000;

let database: OwnDatabase;
let ledger: Ledger;
let db: pg.Client;
beforeAll(async () => {
  database = await ownDatabase();
  ledger = openLedger(database.url);
  await ledger.migrate();
  db = new pg.Client({ connectionString: database.url });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await ledger.close();
  await database.drop();
});

/** A schedule one scope of which was decided up to a time. */
async function decided(name: string, timing: object, through: Date): Promise<void> {
  const document = { name, kind: 'k', pool: 'p', ...timing };
  const decideBefore = () => {
    throw new Error('no edit of times here');
  };
  await ledger.schedules.put(document, { by: 'me', how: 'put', decideBefore });
  await db.query(
    `insert into holdfast.schedule_scopes (schedule, scope, decided_through) values ($1, 'default', $2)`,
    [name, through],
  );
}

test('a schedule is shown with its lag, and alerts when it is behind by more than two times', async () => {
  const [lags, alerts] = [new Map<string, number>(), new Map<string, boolean>()];
  const metrics = {
    scheduleLag: (name: string, lagMs: number) => void lags.set(name, Math.round(lagMs / 60_000)),
    schedulePlanned: () => undefined,
    scheduleStale: () => undefined,
    alert: (name: string, isRaised: boolean) => void alerts.set(name, isRaised),
  };
  const now = Date.now();
  const year = new Date(now).getUTCFullYear();
  await decided('soon', { every: '1h', delay: '1m' }, new Date(now - 120 * 60_000));
  // The next two times lie a day apart, but the first of them is up to a year away.
  await decided('yearly', { cron: '0 0 1,2 1 *' }, new Date(Date.UTC(year, 0, 2)));
  const watch = { intervalMs: 20, lagCadences: 2 };
  const loop = watchSchedules(ledger, metrics, pino({ level: 'silent' }), watch);
  onTestFinished(() => loop.stop());
  await eventually(() => lags.has('soon') && lags.has('yearly'));
  expect(lags.get('soon')).toBe(119);
  expect(alerts.get('schedule_lag')).toBeUndefined();

  await decided('behind', { cron: '0 0 1,2 1 *' }, new Date(now - 2 * YEAR_MS));
  await eventually(() => alerts.get('schedule_lag') === true);
  await ledger.schedules.pause('behind', { by: 'me', reason: 'why' });
  await eventually(() => alerts.get('schedule_lag') === false);
  expect(lags.get('behind')).toBe(0);

  await ledger.schedules.remove('soon', { by: 'me', how: 'remove' });
  await eventually(() => lags.get('soon') === 0);
});
