import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { planTick } from '../../src/activities/control/tick-plan.ts';
import { tickWorkflowId } from '../../src/domain/ids.ts';
import { TICK_WORKFLOW } from '../../src/domain/messages.ts';
import type { TickActivities, Ticked, TickNext } from '../../src/domain/tick.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { ownDatabase } from '../support/own-database.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
const address = inject('temporalAddress');
let connection: Connection;
let native: NativeConnection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await native.close();
  await connection.close();
});

type Plan = TickActivities['planTick'];

/** Runs a tick that plans so; answers how it ended. */
async function ticked(schedule: string, planTick: Plan, carried: object = {}) {
  const taskQueue = `tick-${randomUUID()}`;
  let ended: { next?: TickNext; trouble?: string } | undefined;
  const activities: TickActivities = {
    planTick,
    startTick: () => Promise.resolve({ kind: 'plan' }),
    startPlanned: () => Promise.resolve({ started: 0, more: false }),
    endTick: (end) => Promise.resolve(void (ended = end)),
  };
  const worker = await Worker.create({
    ...{ connection: native, taskQueue, activities: { ...activities } },
    workflowBundle: { codePath: BUNDLE },
  });
  const workflowId = tickWorkflowId(`${schedule}-${randomUUID()}`);
  const start = { taskQueue, workflowId, args: [{ schedule }, carried] };
  await worker.runUntil(new Client({ connection }).workflow.execute(TICK_WORKFLOW, start));
  return ended;
}

const looked = (dueAt: number, more: Partial<Ticked> = {}): Ticked => ({
  ...{ planned: 0, skipped: 0, more: false },
  ...{ next: { dueAt, revision: 1 }, ...more },
});

describe('a tick of more scopes than one batch has', () => {
  it('plans every scope that its provider named, whatever the names', async () => {
    const database = await ownDatabase();
    const ledger = openLedger(database.url);
    await ledger.migrate();
    const document = { name: 'many', kind: 'k', pool: 'p', every: '1h', scopes: 'tenants' };
    const decideBefore = () => {
      throw new Error('no edit of times here');
    };
    await ledger.schedules.put(document, { by: 'me', how: 'put', decideBefore });
    const scopes = Array.from({ length: 620 }, (_, n) => String(n));
    const plan: Plan = (request) => planTick(ledger, { timesDecided: () => undefined }, request);
    await ticked('many', plan, { scopes });
    const plans = await ledger.schedules.unstarted('many', { limit: 1_000 });
    expect(plans.map(({ scope }) => scope).sort()).toEqual([...scopes].sort());
    await ledger.close();
    await database.drop();
  });

  it('is due at once where a batch found its schedule paused', async () => {
    const scopes = Array.from({ length: 620 }, (_, n) => String(n));
    const paused: Ticked = { planned: 0, skipped: 0, more: false };
    const plan: Plan = ({ scopes: batch }) =>
      Promise.resolve(batch?.includes('0') === true ? paused : looked(7));
    expect(await ticked('many', plan, { scopes })).toEqual({ schedule: 'many' });
  });
});

describe('a tick that goes on in a new run', () => {
  it('is due again by the look that it began with', { timeout: 240_000 }, async () => {
    const runs = new Set<string>();
    let last: number | undefined;
    const plan: Plan = ({ cursor }) => {
      const at = Number(cursor ?? 0);
      runs.add(Context.current().info.workflowExecution!.runId);
      if (runs.size === 2) last ??= at + 2;
      return Promise.resolve(looked(at, at === last ? {} : { cursor: String(at + 1) }));
    };
    expect(await ticked('long', plan)).toMatchObject({ next: { dueAt: 0 } });
    expect(runs.size).toBe(2);
  });

  it('has not forgotten that a scope has more', async () => {
    const asked: (string | undefined)[] = [];
    const plan: Plan = ({ cursor }) => {
      asked.push(cursor);
      return Promise.resolve(looked(asked.length));
    };
    const next = { dueAt: 0, revision: 1, resumedAt: 5 };
    const ended = await ticked('left', plan, { cursor: 'm', more: true, next });
    expect(asked).toEqual(['m', undefined]);
    expect(ended?.next).toEqual({ dueAt: 2, revision: 1 });
  });

  it('is due at once where the run before told nothing of its look', async () => {
    const plan: Plan = () => Promise.resolve(looked(9));
    expect(await ticked('old', plan, { cursor: 'm' })).toEqual({ schedule: 'old' });
  });
});
