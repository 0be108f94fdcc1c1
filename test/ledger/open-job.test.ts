import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findJob } from '../../src/ledger/find-jobs.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob, takeOverJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { optionsOf } from '../../src/domain/job-options.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

describe('openJob', () => {
  it('records a job as open, as it was asked for', async () => {
    const open = opening({ kind: 'k', pool: 'p', input: [1, { a: null }] });
    expect(await openJob(pool, open)).toEqual({ kind: 'opened' });
    expect(await findJob(pool, open.spec.id)).toEqual({
      id: open.spec.id,
      generation: 1,
      kind: 'k',
      pool: 'p',
      state: 'open',
      session: undefined,
      attemptCount: 0,
      failoverCount: 0,
      openedAt: expect.any(Date) as Date,
      closedAt: undefined,
      error: undefined,
      input: [1, { a: null }],
      result: undefined,
      options: optionsOf(open.spec),
      deadlineAt: expect.any(Date) as Date,
    });
  });

  it.each([undefined, { id: unique('session'), index: 0 }])(
    'answers opened to a repetition by the same run, and keeps the first record (session %o)',
    async (session) => {
      const open = opening(session === undefined ? {} : { session });
      await openJob(pool, open);
      const repeated = { ...open, spec: { ...open.spec, kind: 'changed' } };
      expect(await openJob(pool, repeated)).toEqual({ kind: 'opened' });
      expect(await findJob(pool, open.spec.id)).toMatchObject({ kind: 'greet', session });
    },
  );

  it('names the run that holds an open job to another run', async () => {
    const open = opening();
    await openJob(pool, open);
    const held = { kind: 'held', runId: open.runId, workflowId: open.workflowId };
    expect(await openJob(pool, { ...open, runId: unique('run') })).toEqual(held);
    expect(await openJob(pool, open)).toEqual({ kind: 'opened' });
  });

  it('answers the stored outcome of a closed job, to any run', async () => {
    const open = opening();
    await openJob(pool, open);
    const { outcome } = closing(open);
    await closeJob(pool, closing(open));
    expect(await openJob(pool, open)).toEqual({ kind: 'closed', outcome });
    expect(await openJob(pool, { ...open, runId: unique('run') })).toEqual({
      kind: 'closed',
      outcome,
    });
  });

  it('opens another generation of a closed job, and finds the newest one', async () => {
    const first = opening();
    await openJob(pool, first);
    await closeJob(pool, closing(first));
    const second = opening({ input: 2 }, { id: first.spec.id, generation: 2 });
    expect(await openJob(pool, second)).toEqual({ kind: 'opened' });
    expect(await findJob(pool, first.spec.id)).toMatchObject({ generation: 2, state: 'open' });
  });

  it('lets exactly one of many runs have a job that all open at once', async () => {
    const id = unique('job');
    const opens = Array.from({ length: 8 }, () => opening({}, { id }));
    const openings = await Promise.all(opens.map((open) => openJob(pool, open)));
    const winners = opens.filter((_, i) => openings[i]?.kind === 'opened');
    expect(winners).toHaveLength(1);
    const losers = openings.filter(({ kind }) => kind !== 'opened');
    const held = { kind: 'held', runId: winners[0]?.runId, workflowId: winners[0]?.workflowId };
    expect(losers).toEqual(Array.from({ length: 7 }, () => held));
  });
});

describe('takeOverJob', () => {
  it('gives an open job to the new run, which may then close it and the old one not', async () => {
    const old = opening();
    const successor = { ...old, runId: unique('run') };
    await openJob(pool, old);
    expect(await takeOverJob(pool, successor, old.runId)).toBe(true);
    expect(await openJob(pool, successor)).toEqual({ kind: 'opened' });
    await expect(closeJob(pool, closing(old))).rejects.toMatchObject({ code: 'internal' });
    expect(await closeJob(pool, closing(successor))).toEqual({ closed: { kind: 'own' } });
  });

  it('refuses when the job is no longer of the run it was taken from', async () => {
    const old = opening();
    const [first, second] = [unique('run'), unique('run')];
    await openJob(pool, old);
    expect(await takeOverJob(pool, { ...old, runId: first }, old.runId)).toBe(true);
    expect(await takeOverJob(pool, { ...old, runId: second }, old.runId)).toBe(false);
    expect(await openJob(pool, { ...old, runId: second })).toMatchObject({ runId: first });
  });

  it('refuses a closed job, an unknown one, and another generation of it', async () => {
    const closed = opening();
    await openJob(pool, closed);
    await closeJob(pool, closing(closed));
    expect(await takeOverJob(pool, { ...closed, runId: 'r' }, closed.runId)).toBe(false);
    expect(await takeOverJob(pool, opening(), 'r')).toBe(false);
    const open = opening();
    await openJob(pool, open);
    const later = opening({}, { id: open.spec.id, generation: 2 });
    expect(await takeOverJob(pool, later, open.runId)).toBe(false);
  });

  it('lets exactly one of many runs take a job over', async () => {
    const old = opening();
    await openJob(pool, old);
    const runs = Array.from({ length: 8 }, () => ({ ...old, runId: unique('run') }));
    const taken = await Promise.all(runs.map((run) => takeOverJob(pool, run, old.runId)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await openJob(pool, runs[taken.indexOf(true)] ?? old)).toEqual({ kind: 'opened' });
  });
});
