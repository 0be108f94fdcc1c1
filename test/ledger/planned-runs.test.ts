import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';

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

const decideBefore = () => {
  throw new Error('no edit of times here');
};
const put = (name: string, more: object = {}) =>
  ledger.schedules.put(
    { name, kind: 'k', pool: 'p', every: '1h', ...more },
    { by: 'me', how: 'put', decideBefore },
  );

test('a batch of scopes that a provider has answered is looked at whole', async () => {
  await put('tenants', { scopes: { kind: 'tenants' } });
  const scopes = Array.from({ length: 120 }, (_, n) => String(n));
  // A tick that began before this version still says where its batch begins.
  const batch = { limit: 500, after: '500', scopes };
  const found = await ledger.schedules.scopesToPlan('tenants', batch);
  expect(found?.scopes.map(({ scope }) => scope).sort()).toEqual([...scopes].sort());
});

test('a pause that ends during a tick is decided at once', async () => {
  await put('paused');
  const { schedules } = ledger;
  const later = { nextDueAt: Date.now() + 3_600_000 };
  await schedules.pause('paused', { by: 'me', reason: 'why' });
  const first = await schedules.resume('paused', 'skip');
  await schedules.endTick('paused', later);
  expect(await schedules.overdue(9)).toContain('paused');
  expect(await schedules.get('paused')).toMatchObject({ resumes: { policy: 'skip' } });

  // A tick that has decided the pause before this one.
  await schedules.pause('paused', { by: 'me', reason: 'again' });
  const second = await schedules.resume('paused', 'all');
  const clearsFirst = new Date(second!.resumes!.at.getTime() - 1);
  expect(first?.resumes).toBeDefined();
  await schedules.endTick('paused', { ...later, clearsResume: clearsFirst });
  expect(await schedules.overdue(9)).toContain('paused');
  expect(await schedules.get('paused')).toMatchObject({ resumes: { policy: 'all' } });

  await schedules.endTick('paused', { ...later, clearsResume: second!.resumes!.at });
  expect(await schedules.overdue(9)).not.toContain('paused');
  expect((await schedules.get('paused'))?.resumes).toBeUndefined();
});
