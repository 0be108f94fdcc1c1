import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RETENTION_DEFAULTS } from '../../src/domain/retention.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { createSession } from '../../src/ledger/create-session.ts';
import { findOutcome } from '../../src/ledger/find-outcome.ts';
import { judgeResult } from '../../src/ledger/judge-result.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob, takeOverJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { prune } from '../../src/ledger/prune.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { releaseDue } from '../../src/ledger/release-due.ts';
import { findResults, hashOf } from '../../src/ledger/results.ts';
import { findSlot } from '../../src/ledger/session-slots.ts';
import { cursorOf, FAILURE, fillAt, lateResult, makeDue, openAt, story } from './played-session.ts';
import { closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const judged = (verdict: string, isAfterCleanup = false) => ({
  judgement: { kind: 'judged', verdict, isAfterCleanup },
});
const refused = (why: string) => ({ judgement: { kind: 'refused', why } });

const records = async (id: string) =>
  (await findResults(pool, id, 1)).map(({ epoch, verdict, result }) => ({
    epoch,
    verdict,
    result,
  }));

async function failed() {
  const open = opening();
  await openJob(pool, open);
  await closeJob(pool, closing(open, FAILURE));
  return open;
}

describe('judgeResult', () => {
  it('keeps the result that a job ends with as its accepted one', async () => {
    const open = opening();
    await openJob(pool, open);
    const accepted = { epoch: 3, node: 'n7' };
    await closeJob(pool, { ...closing(open, { state: 'succeeded', result: [1, 'ä'] }), accepted });
    expect(await findResults(pool, open.spec.id, 1)).toEqual([
      {
        ...accepted,
        receivedAt: expect.any(Date) as Date,
        verdict: 'accepted',
        hash: hashOf('[1,"ä"]'),
        result: [1, 'ä'],
      },
    ]);
  });

  it('keeps another result of a job that succeeded as superseded, and a repetition as duplicate', async () => {
    const open = opening();
    await openJob(pool, open);
    await closeJob(pool, closing(open, { state: 'succeeded', result: 1 }));
    const late = lateResult(open, { epoch: 2, result: 2 });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('superseded'));
    const again = { ...late, arrival: unique('arrival') };
    expect(await judgeResult(pool, { late: again, from: 'late' })).toEqual(judged('duplicate'));
    const same = lateResult(open, { result: 1 });
    expect(await judgeResult(pool, { late: same, from: 'job' })).toEqual(judged('duplicate'));
    expect(await records(open.spec.id)).toEqual([
      { epoch: 1, verdict: 'accepted', result: 1 },
      { epoch: 2, verdict: 'superseded', result: 2 },
      { epoch: 2, verdict: 'duplicate', result: undefined },
      { epoch: 1, verdict: 'duplicate', result: undefined },
    ]);
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual({ state: 'succeeded', result: 1 });
  });

  it('keeps one arrival once, however often it is judged', async () => {
    const open = await failed();
    const late = lateResult(open);
    expect(await judgeResult(pool, { late, from: 'job' })).toEqual(judged('late'));
    expect(await judgeResult(pool, { late, from: 'job' })).toEqual({
      ...judged('late'),
      isKnown: true,
    });
    expect(await findResults(pool, open.spec.id, 1)).toHaveLength(1);
  });

  it('knows the arrival that its job ended with', async () => {
    const open = opening();
    await openJob(pool, open);
    const { arrival, epoch, node, result } = lateResult(open);
    const accepted = { epoch, node, arrival };
    await closeJob(pool, { ...closing(open, { state: 'succeeded', result }), accepted });
    const late = lateResult(open, { arrival });
    expect(await judgeResult(pool, { late, from: 'job' })).toEqual({
      ...judged('accepted'),
      isKnown: true,
    });
    expect(await findResults(pool, open.spec.id, 1)).toHaveLength(1);
  });

  it('keeps a result of a job that failed as late, which changes nothing', async () => {
    const open = await failed();
    const late = lateResult(open, { result: null });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('late'));
    expect(await records(open.spec.id)).toEqual([{ epoch: 1, verdict: 'late', result: null }]);
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(FAILURE);
  });

  it('keeps what its running job does not want as superseded', async () => {
    const open = opening();
    await openJob(pool, open);
    const late = lateResult(open);
    expect(await judgeResult(pool, { late, from: 'job' })).toEqual(judged('superseded'));
    expect(await closeJob(pool, closing(open))).toEqual({ closed: { kind: 'own' } });
  });

  it('accepts one result of many that come at once', async () => {
    const id = unique('session');
    const open = await openAt(pool, id, 1);
    await closeJob(pool, closing(open, FAILURE));
    const answers = await Promise.all(
      [1, 2, 3, 4].map((epoch) =>
        judgeResult(pool, { late: lateResult(open, { epoch, result: epoch }), from: 'late' }),
      ),
    );
    const verdicts = answers.map(
      ({ judgement }) => judgement.kind === 'judged' && judgement.verdict,
    );
    expect(verdicts.sort()).toEqual(['accepted', 'superseded', 'superseded', 'superseded']);
  });

  it('refuses a result of a job, or a generation, that was never opened', async () => {
    const open = await failed();
    const unknown = lateResult(opening());
    expect(await judgeResult(pool, { late: unknown, from: 'late' })).toEqual(
      refused('unknown_job'),
    );
    const late = lateResult(open, { generation: 2 });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(refused('unknown_job'));
  });

  it('refuses a result without the token of its job, or with another', async () => {
    const open = { ...opening(), resultToken: 'secret' };
    await openJob(pool, open);
    for (const token of [undefined, 'other', '']) {
      const late = lateResult(open, { token });
      expect(await judgeResult(pool, { late, from: 'late' })).toEqual(refused('wrong_token'));
    }
    expect(await records(open.spec.id)).toEqual([]);
    const late = lateResult(open, { token: 'secret' });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('late'));
  });

  it('goes by the token of the run that took the job over', async () => {
    const old = { ...opening(), resultToken: 'old' };
    await openJob(pool, old);
    const successor = { ...old, runId: unique('run'), resultToken: 'new' };
    expect(await takeOverJob(pool, successor, old.runId)).toBe(true);
    const of = (token: string) => ({ late: lateResult(old, { token }), from: 'late' as const });
    expect(await judgeResult(pool, of('old'))).toEqual(refused('wrong_token'));
    expect(await judgeResult(pool, of('new'))).toEqual(judged('late'));
  });

  it('still judges after the clean-up, and keeps the verdict without the result', async () => {
    const open = await failed();
    const before = lateResult(open, { result: 'before' });
    await judgeResult(pool, { late: before, from: 'late' });
    await stripAll(open.spec.id);
    const late = lateResult(open, { epoch: 2, result: 'after' });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('late', true));
    const again = { ...before, arrival: unique('arrival') };
    expect(await judgeResult(pool, { late: again, from: 'late' })).toEqual(
      judged('duplicate', true),
    );
    expect(await records(open.spec.id)).toEqual([
      { epoch: 1, verdict: 'late', result: undefined },
      { epoch: 2, verdict: 'late', result: undefined },
      { epoch: 1, verdict: 'duplicate', result: undefined },
    ]);
  });
});

async function stripAll(id: string): Promise<void> {
  await pool.query(
    `update holdfast.jobs set closed_at = closed_at - interval '8 days' where id = $1`,
    [id],
  );
  await prune(pool, RETENTION_DEFAULTS, 1_000);
}

describe('judgeResult in a session', () => {
  it('puts a late result in the place of a failure that was not released', async () => {
    const id = unique('session');
    const open = await fillAt(pool, id, 1, FAILURE);
    const late = lateResult(open, { result: 'late' });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('accepted'));
    expect(await story(pool, id)).toEqual([]);
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0, 'late']);
    // Its own end stays what it was.
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(FAILURE);
  });

  it('leaves a failure that was released as it is', async () => {
    const id = unique('session');
    const open = await fillAt(pool, id, 0, FAILURE);
    const late = lateResult(open);
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('late'));
    expect(await readReleased(pool, id, -1, 1)).toEqual([
      { index: 0, job: open.spec.id, ...FAILURE },
    ]);
  });

  it('leaves an index that was passed over as it is', async () => {
    const id = unique('session');
    await createSession(pool, id, { skipAfterMs: 60_000, isStrict: false });
    const open = await openAt(pool, id, 0);
    await fillAt(pool, id, 1);
    await makeDue(pool, id);
    await releaseDue(pool, 1_000);
    await closeJob(pool, closing(open, FAILURE));
    expect(await judgeResult(pool, { late: lateResult(open), from: 'late' })).toEqual(
      judged('late'),
    );
    expect(await story(pool, id)).toEqual(['skipped', 1]);
    const holder = { state: 'failed', isReleased: true, canReplace: false };
    expect(await findSlot(pool, { id, index: 0 })).toMatchObject(holder);
  });

  it('releases the slot of an open job whose workflow is gone, and what waits behind it', async () => {
    const id = unique('session');
    const open = await openAt(pool, id, 0);
    await fillAt(pool, id, 1);
    const late = lateResult(open, { result: 'late' });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('accepted'));
    expect(await story(pool, id)).toEqual(['late', 1]);
  });

  it('answers the accepted result to a job that comes back, and keeps its own as superseded', async () => {
    const id = unique('session');
    const open = await openAt(pool, id, 0);
    await judgeResult(pool, { late: lateResult(open, { result: 'late' }), from: 'late' });
    const outcome = { state: 'succeeded', result: 'late' };
    const close = {
      ...closing(open, { state: 'succeeded', result: 'own' }),
      accepted: { epoch: 2, node: 'n2' },
    };
    expect(await closeJob(pool, close)).toEqual({ closed: { kind: 'earlier', outcome } });
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(outcome);
    expect(await records(open.spec.id)).toEqual([
      { epoch: 1, verdict: 'accepted', result: 'late' },
      { epoch: 2, verdict: 'superseded', result: 'own' },
    ]);
    expect(await story(pool, id)).toEqual(['late']);
  });

  it('leaves a slot alone that another job has taken over', async () => {
    const id = unique('session');
    const old = await fillAt(pool, id, 1, FAILURE);
    const heir = opening({ session: { id, index: 1, replaces: old.spec.id } });
    expect(await openJob(pool, heir)).toEqual({ kind: 'opened' });
    expect(await judgeResult(pool, { late: lateResult(old), from: 'late' })).toEqual(
      judged('late'),
    );
    expect(await findSlot(pool, { id, index: 1 })).toMatchObject({
      job: heir.spec.id,
      state: 'open',
    });
  });

  it('fills a slot after the clean-up of its job, and keeps that result', async () => {
    const id = unique('session');
    const open = await fillAt(pool, id, 1, FAILURE);
    await stripAll(open.spec.id);
    const late = lateResult(open, { result: 'late' });
    expect(await judgeResult(pool, { late, from: 'late' })).toEqual(judged('accepted', true));
    await fillAt(pool, id, 0);
    expect(await story(pool, id)).toEqual([0, 'late']);
    expect(await cursorOf(pool, id)).toBe(1);
  });
});
