import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenJob } from '../../src/domain/activities.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createPool } from '../../src/ledger/pool.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { closing, nodeChange, opening } from './records.ts';

let database: OwnDatabase;
let ledger: Ledger;
let db: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  ledger = openLedger(database.url);
  db = createPool(database.url);
  await ledger.migrate();
});
afterAll(async () => {
  await db.end();
  await ledger.close();
  await database.drop();
});

async function opened(request: Parameters<typeof opening>[0] = {}): Promise<OpenJob> {
  const open = opening(request);
  await ledger.openJob(open);
  return open;
}

describe('lost jobs', () => {
  it('are those that no later generation has followed', async () => {
    const open = await opened();
    const error = { code: 'job_lost', message: 'gone' } as const;
    await ledger.closeJob(closing(open, { state: 'cancelled', error }));
    expect(await ledger.sweep.lostJobs(10)).toMatchObject([{ id: open.spec.id, generation: 1 }]);
    await ledger.openJob(opening({}, { id: open.spec.id, generation: 2 }));
    expect(await ledger.sweep.lostJobs(10)).toEqual([]);
  });

  it('can be started again with what they were submitted with', async () => {
    const session = { id: 'kept', index: 3 };
    const { spec, runId } = await opened({ session, input: { name: 'Eve' } });
    await db.query(`update holdfast.jobs set options = '{"priority": 2}' where id = $1`, [spec.id]);
    const request = { kind: 'greet', pool: 'test', input: { name: 'Eve' }, session, priority: 2 };
    expect(await ledger.sweep.startableJob(spec.id, 1)).toMatchObject({
      state: 'open',
      runId,
      request,
    });
    expect(await ledger.sweep.startableJob(spec.id, 2)).toBeUndefined();
  });
});

describe('jobs past their deadline', () => {
  it('are open, and come in its order', async () => {
    const [late, later, soon, over] = [
      await opened(),
      await opened(),
      await opened(),
      await opened(),
    ];
    const due = (open: OpenJob, seconds: number) =>
      db.query(
        `update holdfast.jobs set deadline_at = now() + $2 * interval '1 second' where id = $1`,
        [open.spec.id, seconds],
      );
    await due(late, -20);
    await due(later, -10);
    await due(soon, 1000);
    await due(over, -30);
    await ledger.closeJob(closing(over));
    const first = await ledger.sweep.jobsPastDeadline({ limit: 1 });
    expect(first.jobs.map(({ id }) => id)).toEqual([late.spec.id]);
    const { cursor } = first;
    const second = await ledger.sweep.jobsPastDeadline({ cursor, limit: 10 });
    expect(second.jobs.map(({ id }) => id)).toEqual([later.spec.id]);
    expect(second.cursor).toBeUndefined();
  });
});

describe('reservations', () => {
  it('are suspect when their node is gone, and when it is settled that it is', async () => {
    const [good, bad] = [nodeChange(), nodeChange()];
    await ledger.recordNode(good);
    await ledger.recordNode(bad);
    const place = async ({ name }: typeof good) => {
      const { spec } = await opened();
      const attempt = { job: spec.id, generation: 1, epoch: 1 };
      await ledger.reserve(attempt, { node: name, incarnation: 'i1' }, { overbook: false });
      return spec.id;
    };
    const [safe, suspect, fresh] = [await place(good), await place(bad), await place(bad)];
    await ledger.recordNode({ ...bad, state: 'offline', event: 'lost', seq: 2 });
    await db.query(
      `update holdfast.reservations set reserved_at = now() - interval '1 minute'
       where job_id <> $1`,
      [fresh],
    );
    const { reservations } = await ledger.sweep.reservations({ limit: 10 });
    const whyOf = (id: string) => reservations.find(({ job }) => job === id)?.why;
    expect([safe, suspect, fresh].map(whyOf)).toEqual([
      undefined,
      'its node is offline',
      undefined,
    ]);
    await db.query(`update holdfast.reservations set reserved_at = now() - interval '10 minutes'`);
    const older = await ledger.sweep.reservations({ limit: 10 });
    expect(older.reservations.find(({ job }) => job === safe)?.why).toMatch(/not taken it/);
  });
});

describe('stale allocations', () => {
  it('are of jobs that are not open; their release names who waits for them', async () => {
    const [over, next] = [await opened(), await opened()];
    const grant = (open: OpenJob, state: string) =>
      db.query(
        `insert into holdfast.grants (job_id, generation, resource, amount, state, priority, asked,
           granted_at)
         values ($1, 1, 'gpu', 1, $2, 3, nextval('holdfast.asks'),
                 case when $2 = 'held' then now() end)`,
        [open.spec.id, state],
      );
    await db.query(`insert into holdfast.resources (name, capacity) values ('gpu', 1)`);
    await ledger.closeJob(closing(over));
    await grant(over, 'held');
    await grant(next, 'waiting');
    const page = await ledger.sweep.allocations('grants', { limit: 10 });
    const [stale, waiter] = [over, next].map(({ spec }) => ({ job: spec.id, generation: 1 }));
    expect(page).toMatchObject({ looked: 2, stale: [stale] });
    // Of an open job nothing is taken, whoever asks.
    const released = await ledger.sweep.releaseStale('grants', [stale!, waiter!]);
    expect(released).toEqual({ released: [stale], waiters: [waiter] });
    expect(await ledger.sweep.releaseStale('grants', [stale!])).toEqual({
      released: [],
      waiters: [],
    });
  });

  it('do not hold starts of a rate that still count', async () => {
    const [was, willBe] = [await opened(), await opened()];
    for (const [open, at] of [
      [was, '-1 second'],
      [willBe, '1 minute'],
    ] as const) {
      await ledger.closeJob(closing(open));
      await db.query(
        `insert into holdfast.rate_starts (key, starts_at, window_ms, job_id, generation)
         values ('k', now() + $2::interval, 60000, $1, 1)`,
        [open.spec.id, at],
      );
    }
    const { stale } = await ledger.sweep.allocations('rate_starts', { limit: 10 });
    expect(stale).toEqual([{ job: willBe.spec.id, generation: 1 }]);
  });
});

it('moves on the time through which all is on record, and never back', async () => {
  const later = Date.now() + 60_000;
  await ledger.sweep.advanceClosedThrough(later);
  await ledger.sweep.advanceClosedThrough(later - 30_000);
  expect(await ledger.sweep.closedThrough()).toBe(later);
});

it('keeps the namespace that was named first, until another one adopts it', async () => {
  expect(await ledger.sweep.claimNamespace('a 1', false)).toBe('a 1');
  expect(await ledger.sweep.claimNamespace('b 2', false)).toBe('a 1');
  expect(await ledger.sweep.claimNamespace('b 2', true)).toBe('b 2');
  expect(await ledger.sweep.claimNamespace('a 1', false)).toBe('b 2');
});

it('pages through 100,000 open jobs by short statements, each job once', async () => {
  await db.query(
    `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, opened_at)
     select 'many-' || n, 1, 'job/many-' || n, 'run', 'greet', 'many', '1',
            now() - interval '1 hour' - (n / 7) * interval '1 millisecond'
     from generate_series(1, 100000) n`,
  );
  const seen = new Set<string>();
  let cursor: string | undefined;
  let count = 0;
  do {
    const page = await ledger.sweep.openJobs({ cursor, limit: 5_000, leastAgeMs: 60_000 });
    count += page.jobs.length;
    for (const { id } of page.jobs) seen.add(id);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect([count, seen.size]).toEqual([100_000, 100_000]);
});
