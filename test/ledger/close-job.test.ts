import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { JobOutcome } from '../../src/domain/job.ts';
import { findAttempts } from '../../src/ledger/attempts.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findJob } from '../../src/ledger/find-jobs.ts';
import { findOutcome } from '../../src/ledger/find-outcome.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import { reserve } from '../../src/ledger/reservations.ts';
import { readReleased } from '../../src/ledger/read-released.ts';
import { recordWait } from '../../src/ledger/waits.ts';
import { AT, attempt, closing, nodeChange, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function opened() {
  const open = opening();
  await openJob(pool, open);
  return open;
}

const failure: JobOutcome = {
  state: 'failed',
  error: {
    code: 'job_failed',
    message: 'boom',
    name: 'TypeError',
    stack: 'TypeError: boom\n at x',
  },
};
const cancellation: JobOutcome = {
  state: 'cancelled',
  error: { code: 'job_cancelled', message: 'the job was cancelled' },
};

describe('closeJob', () => {
  it.each<[string, JobOutcome]>([
    ['a result', { state: 'succeeded', result: { text: 'Hello' } }],
    ['null for a result', { state: 'succeeded', result: null }],
    ['false for a result', { state: 'succeeded', result: false }],
    ['a failure', failure],
    ['a cancellation', cancellation],
  ])('keeps %s as the outcome', async (_, outcome) => {
    const open = await opened();
    expect(await findOutcome(pool, open.spec.id, 1)).toBe('open');
    expect(await closeJob(pool, closing(open, outcome))).toEqual({ closed: { kind: 'own' } });
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(outcome);
    const job = await findJob(pool, open.spec.id);
    expect(job).toMatchObject({ state: outcome.state, closedAt: expect.any(Date) as Date });
    expect(job).toMatchObject(
      outcome.state === 'succeeded'
        ? { result: outcome.result, error: undefined }
        : { result: undefined, error: outcome.error },
    );
    expect(job?.closedAt?.getTime()).toBeGreaterThanOrEqual(job?.openedAt.getTime() ?? Infinity);
  });

  it('answers the stored outcome to a second close, and changes nothing', async () => {
    const open = await opened();
    const first = closing(open, cancellation, [attempt()]);
    await closeJob(pool, first);
    const before = await findJob(pool, open.spec.id);
    const second = closing(open, undefined, [attempt(), attempt({ epoch: 2 })]);
    expect(await closeJob(pool, second)).toEqual({
      closed: { kind: 'earlier', outcome: cancellation },
    });
    expect(await findJob(pool, open.spec.id)).toEqual(before);
    expect(await findAttempts(pool, open.spec.id, 1)).toEqual([attempt()]);
  });

  it('answers its own outcome to a repetition, as after a lost answer', async () => {
    const open = await opened();
    await closeJob(pool, closing(open, failure, [attempt()]));
    expect(await closeJob(pool, closing(open, failure, [attempt()]))).toEqual({
      closed: { kind: 'earlier', outcome: failure },
    });
  });

  it('answers the stored outcome of a closed job to a run that it is not of', async () => {
    const open = await opened();
    await closeJob(pool, closing(open, failure));
    const foreign = closing({ ...open, runId: unique('run') });
    expect(await closeJob(pool, foreign)).toEqual({
      closed: { kind: 'earlier', outcome: failure },
    });
  });

  it('refuses a run that the open job is not of, and names job and run', async () => {
    const open = await opened();
    await expect(closeJob(pool, closing({ ...open, runId: 'foreign' }))).rejects.toMatchObject({
      code: 'internal',
      message: `job ${open.spec.id} is open, but not for run foreign`,
    });
    expect(await findJob(pool, open.spec.id)).toMatchObject({ state: 'open', attemptCount: 0 });
  });

  it('answers that a job, or a generation, is missing when it was never opened', async () => {
    expect(await closeJob(pool, closing(opening()))).toEqual({ closed: { kind: 'missing' } });
    const open = await opened();
    const later = { ...closing(open), generation: 2 };
    expect(await closeJob(pool, later)).toEqual({ closed: { kind: 'missing' } });
  });

  it('lets exactly one of many different outcomes win when all come at once', async () => {
    const open = await opened();
    const outcomes = Array.from({ length: 8 }, (_, result): JobOutcome => {
      return { state: 'succeeded', result };
    });
    const answers = await Promise.all(
      outcomes.map((outcome) => closeJob(pool, closing(open, outcome, [attempt()]))),
    );
    const won = answers.findIndex(({ closed }) => closed.kind === 'own');
    expect(answers).toEqual(
      outcomes.map((_, i) =>
        i === won
          ? { closed: { kind: 'own' } }
          : { closed: { kind: 'earlier', outcome: outcomes[won] } },
      ),
    );
    expect(await findOutcome(pool, open.spec.id, 1)).toEqual(outcomes[won]);
  });

  it('writes nothing at all when one of the attempts cannot be written', async () => {
    const open = await opened();
    const twice = closing(open, failure, [attempt(), attempt()]);
    await expect(closeJob(pool, twice)).rejects.toMatchObject({ code: '23505' });
    expect(await findJob(pool, open.spec.id)).toMatchObject({ state: 'open' });
    expect(await findAttempts(pool, open.spec.id, 1)).toEqual([]);
  });

  it('counts the attempts, and those that were lost', async () => {
    const open = await opened();
    const outcomes = ['lost', 'failed', 'handed_back', 'lost', 'succeeded'] as const;
    const attempts = outcomes.map((outcome, i) => attempt({ epoch: i + 1, outcome }));
    await closeJob(pool, closing(open, undefined, attempts));
    expect(await findJob(pool, open.spec.id)).toMatchObject({ attemptCount: 5, failoverCount: 2 });
  });
});

describe('closeJob of a job that was placed', () => {
  const ways = ['reserved', 'waiting'] as const;

  async function placed(way: (typeof ways)[number]) {
    const open = await opened();
    const attempt = { job: open.spec.id, generation: 1, epoch: 1 };
    if (way === 'waiting') {
      await recordWait(pool, { ...attempt, pool: 'test', kind: 'greet', why: 'w', since: AT });
      return open;
    }
    const node = nodeChange();
    await recordNode(pool, node);
    const place = { node: node.name, incarnation: 'i1' };
    expect(await reserve(pool, attempt, place, { overbook: false })).toBe(true);
    return open;
  }

  async function places(id: string): Promise<number> {
    const { rows } = await pool.query(
      `select 1 from holdfast.reservations where job_id = $1
       union all select 1 from holdfast.waits where job_id = $1`,
      [id],
    );
    return rows.length;
  }

  it.each(ways)('takes the place of one that is %s off the record', async (way) => {
    const [open, other] = [await placed(way), await placed(way)];
    expect(await closeJob(pool, closing(open, undefined, [attempt()], true))).toEqual({
      closed: { kind: 'own' },
    });
    expect(await places(open.spec.id)).toBe(0);
    expect(await places(other.spec.id)).toBe(1);
  });

  it.each(ways)('leaves the place of one that is %s when another run has it', async (way) => {
    const open = await placed(way);
    const foreign = closing({ ...open, runId: 'foreign' }, undefined, [], true);
    await expect(closeJob(pool, foreign)).rejects.toMatchObject({ code: 'internal' });
    expect(await places(open.spec.id)).toBe(1);
  });

  it('fills the slot of its session, too', async () => {
    const open = opening({ session: { id: unique('session'), index: 0 } });
    await openJob(pool, open);
    expect(await closeJob(pool, closing(open, undefined, [], true))).toEqual({
      closed: { kind: 'own' },
    });
    expect(await findJob(pool, open.spec.id)).toMatchObject({ state: 'succeeded' });
    expect(await readReleased(pool, open.spec.session?.id ?? '', -1, 1)).toHaveLength(1);
  });
});
