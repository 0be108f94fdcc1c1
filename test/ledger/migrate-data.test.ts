import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJob } from '../../src/ledger/find-jobs.ts';
import { findOutcome } from '../../src/ledger/find-outcome.ts';
import { findSession, listSessions } from '../../src/ledger/find-sessions.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { findResults, hashOf } from '../../src/ledger/results.ts';
import { findSlot } from '../../src/ledger/session-slots.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { fillAt, story } from './played-session.ts';

const RESULT = '{"z":1,"a":["ä","\\u0000 \\ud800"]}';

let database: OwnDatabase;
let pool: ReturnType<typeof createPool>;

beforeAll(async () => {
  database = await ownDatabase();
  pool = createPool(database.url);
  await migrateTo(2);
  await insertOldData();
  await migrate(pool);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function migrateTo(count: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await runner({
    dbClient: client,
    dir: fileURLToPath(new URL('../../migrations/', import.meta.url)),
    direction: 'up',
    count,
    migrationsTable: 'migrations',
    migrationsSchema: 'holdfast',
    createMigrationsSchema: true,
    noLock: true,
    log: () => undefined,
  });
  await client.end();
}

/** Sessions `s` (0 to 2 filled, 3 open, 4 filled), `gap` (1 filled) and `new` (0 open). */
async function insertOldData(): Promise<void> {
  await pool.query(
    `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input, session_id,
                                session_index, state, result, error, opened_at, closed_at)
     select id, 1, 'job/' || id, 'r', 'k', 'p', '{"name":"Ada"}', session, index, state,
            case when state = 'succeeded' then $1::json end,
            case when state in ('failed', 'cancelled') then
              '{"code":"job_failed","message":"boom"}'::json end,
            timestamptz '2026-01-01T00:00:00Z',
            case when state <> 'open' then timestamptz '2026-01-02T00:00:00Z' end
     from (values ('plain', null, null, 'succeeded'), ('busy', null, null, 'open'),
                  ('s0', 's', 0, 'succeeded'), ('s1', 's', 1, 'failed'), ('s2', 's', 2, 'succeeded'),
                  ('s3', 's', 3, 'open'), ('s4', 's', 4, 'succeeded'),
                  ('g1', 'gap', 1, 'cancelled'), ('n0', 'new', 0, 'open'),
                  ('refused', 's', 0, 'failed'))
       as job(id, session, index, state)`,
    [RESULT],
  );
  await pool.query(
    `insert into holdfast.session_slots (session_id, index, job_id, generation, filled_at)
     select session_id, session_index, id, 1, closed_at from holdfast.jobs
     where session_id is not null and id <> 'refused'`,
  );
  await pool.query(
    `insert into holdfast.attempts (job_id, generation, epoch, node, outcome, ended_at)
     values ('plain', 1, 1, 'n1', 'lost', now()), ('plain', 1, 2, 'n2', 'succeeded', now())`,
  );
}

describe('the migration to sessions and results', () => {
  it('keeps every result, as the accepted one of the attempt that brought it', async () => {
    const outcome = { state: 'succeeded', result: JSON.parse(RESULT) as unknown };
    expect(await findOutcome(pool, 'plain', 1)).toEqual(outcome);
    expect(await findResults(pool, 'plain', 1)).toEqual([
      {
        epoch: 2,
        node: 'n2',
        receivedAt: new Date('2026-01-02T00:00:00Z'),
        verdict: 'accepted',
        // The one that a repetition would have.
        hash: hashOf(JSON.stringify(JSON.parse(RESULT))),
        result: outcome.result,
      },
    ]);
    expect(await findResults(pool, 's0', 1)).toMatchObject([{ epoch: 1, node: undefined }]);
    for (const id of ['s1', 'busy']) expect(await findResults(pool, id, 1)).toEqual([]);
  });

  it('keeps inputs and errors', async () => {
    expect(await findJob(pool, 's1')).toMatchObject({
      state: 'failed',
      input: { name: 'Ada' },
      error: { code: 'job_failed', message: 'boom' },
      session: { id: 's', index: 1 },
    });
    expect(await findOutcome(pool, 'busy', 1)).toBe('open');
  });

  it('makes the sessions, with their cursor at the end of the filled prefix', async () => {
    const { sessions } = await listSessions(pool, { limit: 10 });
    const created = new Date('2026-01-01T00:00:00Z');
    const plain = { skipAfterMs: undefined, isStrict: false, createdAt: created, count: undefined };
    expect(sessions).toHaveLength(3);
    for (const session of sessions) expect(session).toMatchObject(plain);
    const since = new Date('2026-01-02T00:00:00Z');
    expect(await findSession(pool, 's')).toMatchObject({ cursor: 2, gapSince: since });
    expect(await findSession(pool, 'gap')).toMatchObject({ cursor: -1, gapSince: since });
    expect(await findSession(pool, 'new')).toMatchObject({ cursor: -1, gapSince: undefined });
  });

  it('keeps what readers had seen, and who holds the slots', async () => {
    expect(await readReleased(pool, 's', 0, 10)).toEqual([
      { index: 1, job: 's1', state: 'failed', error: { code: 'job_failed', message: 'boom' } },
      { index: 2, job: 's2', state: 'succeeded', result: JSON.parse(RESULT) as unknown },
    ]);
    expect(await findSlot(pool, { id: 's', index: 0 })).toMatchObject({
      job: 's0',
      isReleased: true,
    });
    expect(await findSlot(pool, { id: 's', index: 3 })).toMatchObject({ job: 's3', state: 'open' });
    expect(await findSlot(pool, { id: 'gap', index: 1 })).toMatchObject({ state: 'cancelled' });
  });

  it('lets the sessions go on', async () => {
    await fillAt(pool, 'gap', 0);
    expect(await story(pool, 'gap')).toEqual([0, 'cancelled']);
  });
});
