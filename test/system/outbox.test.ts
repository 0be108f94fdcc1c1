import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { enqueue, enqueueMany } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const HANDLERS = fileURLToPath(new URL('../support/handlers.mjs', import.meta.url));

describe('jobs that are enqueued in a transaction', () => {
  let fleet: Fleet;
  let db: pg.Client;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, [
      ...['--jobs', HANDLERS, '--log-level', 'debug', '--outbox-lag-alarm', '2s'],
    ]);
    await fleet.startNode('n1', ['--slots', '8']);
    db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await fleet.stop();
  });

  const { stringify } = JSON;
  const pool = 'test';

  async function inTransaction(work: () => Promise<unknown>, end: 'commit' | 'rollback') {
    await db.query('begin');
    await work();
    await db.query(end);
  }

  function result(id: string): Promise<unknown> {
    return eventually(() => fleet.client.jobs.result(id).catch(unlessUnknown));
  }

  const started = (job: string) => fleet.find('attempt.started', { job });

  test('a committed one runs, and one that is rolled back was never submitted', async () => {
    const [kept, undone] = [randomUUID(), randomUUID()];
    await inTransaction(() => enqueue(db, 'echo', 1, { id: undone, pool }), 'rollback');
    await inTransaction(() => enqueue(db, 'echo', 2, { id: kept, pool }), 'commit');
    expect(await result(kept)).toMatchObject({ value: 2 });
    await expect(fleet.client.jobs.get(undone)).rejects.toMatchObject({ code: 'job_not_found' });
    await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
    expect(fleet.find('outbox.started', { job: kept })).toHaveLength(1);
    expect(fleet.find('outbox.started', { job: undone })).toEqual([]);
  });

  test('SQL alone is enough: the kind’s definition gives the rest', async () => {
    const { rows } = await db.query<{ enqueue: string }>(
      `select holdfast.enqueue('flaky', '{"failures": 2}', null)`,
    );
    const id = rows[0]!.enqueue;
    expect(await result(id)).toEqual({ epoch: 3 });
    expect(await fleet.client.jobs.get(id)).toMatchObject({ pool, attemptCount: 3 });
  });

  test('one id that is enqueued, submitted and enqueued again runs once', async () => {
    const id = randomUUID();
    await enqueueMany(db, 'echo', [
      { input: 1, id, pool },
      { input: 2, id, pool },
    ]);
    const handle = await fleet.client.jobs.submit('echo', 3, { id, pool });
    await handle.result();
    await enqueue(db, 'echo', 4, { id, pool });
    await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
    expect(started(id)).toHaveLength(1);
  });

  test('what can never start is set aside with its reason, and blocks nothing', async () => {
    const sql = 'select holdfast.enqueue($1, $2, $3, $4)';
    const ids = ['kind', 'input', 'size', 'option'].map((name) => `${name}-${randomUUID()}`);
    const session = { id: randomUUID(), index: 0 };
    await db.query(sql, ['nobody-knows', '1', ids[0], stringify({ session })]);
    await db.query(sql, ['hold', '{"folder": 1}', ids[1], '{}']);
    await db.query(sql, ['echo', stringify('x'.repeat(2_000_001)), ids[2], '{}']);
    await db.query(sql, ['echo', '1', ids[3], stringify({ timeoutMs: 'long' })]);
    const behind = await enqueue(db, 'echo', 5, { pool, session: { ...session, index: 1 } });
    expect(await result(behind)).toMatchObject({ value: 5 });
    const dead = await eventually(async () => {
      const rows = await fleet.client.outbox.list({ state: 'dead' });
      return rows.length === ids.length && rows;
    });
    expect(dead.map(({ id, error }) => [id, error?.code])).toEqual([
      [ids[0], 'unknown_kind'],
      [ids[1], 'invalid_input'],
      [ids[2], 'payload_too_large'],
      [ids[3], 'invalid_input'],
    ]);
    expect(dead[1]?.error?.message).toContain('folder');
    expect(fleet.find('outbox.dead')).toHaveLength(ids.length);
    const view = await fleet.client.jobs.get(ids[0]!);
    expect(view).toMatchObject({ state: 'open', live: { phase: 'enqueued' } });
    expect(view.live?.why).toContain('unknown_kind');

    // Mended, a row runs.
    await db.query(`update holdfast.outbox set kind = 'echo' where job_id = $1`, [ids[0]]);
    expect(await fleet.client.outbox.retry({ ids: [ids[0]!] })).toHaveLength(1);
    expect(await result(ids[0]!)).toMatchObject({ value: 1 });
    expect(await fleet.client.outbox.drop({})).toHaveLength(3);
    expect(await fleet.client.outbox.counts()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test('rows of a session start in their order, whatever happens between them', async () => {
    const sessions = ['a', 'b'].map((name) => `${name}-${randomUUID()}`);
    const items = Array.from({ length: 60 }, (_, n) => ({
      input: n,
      id: `${sessions[n % 2]}/${n}`,
      pool,
      session: { id: sessions[n % 2]!, index: (n - (n % 2)) / 2 },
    }));
    await enqueueMany(db, 'echo', items);
    await result(items.at(-1)!.id);
    await result(items.at(-2)!.id);
    for (const session of sessions) {
      const order = fleet.find('outbox.started', { session }).map(({ job }) => job);
      expect(order).toEqual(items.map(({ id }) => id).filter((id) => id.startsWith(session)));
    }
  });

  test('a relay that is killed is done for by its successor; each row runs once', async () => {
    const [id] = [randomUUID()];
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    await inTransaction(() => enqueue(db, 'echo', 1, { id, pool }), 'commit');
    expect(await fleet.client.jobs.get(id)).toMatchObject({
      state: 'open',
      live: { phase: 'enqueued', waitsFor: 'outbox' },
    });
    await Promise.all([fleet.startOrchestrator(), fleet.startOrchestrator()]);
    expect(await fleet.client.jobs.result(id)).toMatchObject({ value: 1 });

    const items = Array.from({ length: 200 }, (_, n) => ({ input: n, pool, id: `${id}/${n}` }));
    const ids = await enqueueMany(db, 'echo', items);
    expect(ids).toEqual(items.map((item) => item.id));
    for (const each of ids) await result(each);
    for (const each of ids) expect(started(each)).toHaveLength(1);
    await eventually(async () => (await fleet.client.outbox.counts()).waiting === 0);
  });
});

function unlessUnknown(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'job_not_found') throw error;
  return undefined;
}
