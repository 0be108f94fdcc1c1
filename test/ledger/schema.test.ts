import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { closeJob } from '../../src/ledger/close-job.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { attempt, closing, opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const MISSING = '23502';
const UNKNOWN_JOB = '23503';
const TWICE = '23505';
const CHECK = '23514';

/** Values as SQL, by column. */
type Row = Readonly<Record<string, string>>;

async function insert(table: string, row: Row): Promise<void> {
  const columns = Object.keys(row).join(', ');
  await pool.query(
    `insert into holdfast.${table} (${columns}) values (${Object.values(row).join(', ')})`,
  );
}

const jobRow = (given: Row = {}): Row => ({
  id: `'${unique('job')}'`,
  generation: '1',
  workflow_id: `'w'`,
  run_id: `'r'`,
  kind: `'k'`,
  pool: `'p'`,
  input: `'null'`,
  ...given,
});

describe('the table of jobs', () => {
  it.each<[string, Row]>([
    ['an open job', {}],
    ['an open job of a session', { session_id: `'s'`, session_index: '0' }],
    [
      'a job that succeeded with null',
      { state: `'succeeded'`, result: `'null'`, closed_at: 'now()' },
    ],
    ['a job that failed', { state: `'failed'`, error: `'{}'`, closed_at: 'now()' }],
    ['a job that was cancelled', { state: `'cancelled'`, error: `'{}'`, closed_at: 'now()' }],
  ])('takes %s', async (_, row) => {
    await insert('jobs', jobRow(row));
  });

  it.each<[string, Row]>([
    ['a generation before the first', { generation: '0' }],
    ['a state that does not exist', { state: `'lost'` }],
    ['an open job with an end', { closed_at: 'now()' }],
    ['an open job with a result', { result: `'1'` }],
    ['an open job with an error', { error: `'{}'` }],
    ['a success without an end', { state: `'succeeded'`, result: `'1'` }],
    ['a success without a result', { state: `'succeeded'`, closed_at: 'now()' }],
    [
      'a success with an error',
      { state: `'succeeded'`, result: `'1'`, error: `'{}'`, closed_at: 'now()' },
    ],
    ['a failure without an end', { state: `'failed'`, error: `'{}'` }],
    ['a failure without an error', { state: `'failed'`, closed_at: 'now()' }],
    [
      'a failure with a result',
      { state: `'failed'`, error: `'{}'`, result: `'1'`, closed_at: 'now()' },
    ],
    ['a cancellation without an error', { state: `'cancelled'`, closed_at: 'now()' }],
    [
      'a cancellation with a result',
      { state: `'cancelled'`, error: `'{}'`, result: `'1'`, closed_at: 'now()' },
    ],
    ['a session without an index', { session_id: `'s'` }],
    ['an index without a session', { session_index: '0' }],
    ['an index before the first', { session_id: `'s'`, session_index: '-1' }],
    ['less than no attempt', { attempt_count: '-1' }],
    ['less than no failover', { failover_count: '-1' }],
  ])('refuses %s', async (_, row) => {
    await expect(insert('jobs', jobRow(row))).rejects.toMatchObject({ code: CHECK });
  });

  it.each([
    'id',
    'generation',
    'workflow_id',
    'run_id',
    'kind',
    'pool',
    'input',
    'state',
    'opened_at',
  ])('refuses a job without %s', async (column) => {
    await expect(insert('jobs', jobRow({ [column]: 'null' }))).rejects.toMatchObject({
      code: MISSING,
    });
  });

  it('refuses the same generation of an id twice', async () => {
    const row = jobRow();
    await insert('jobs', row);
    await insert('jobs', { ...row, generation: '2' });
    await expect(insert('jobs', row)).rejects.toMatchObject({ code: TWICE });
  });
});

describe('the table of attempts', () => {
  const attemptOf = async (given: Row = {}): Promise<Row> => {
    const job = jobRow();
    await insert('jobs', job);
    const id = job['id'] as string;
    const plain = { job_id: id, generation: '1', epoch: '1', outcome: `'lost'`, ended_at: 'now()' };
    return { ...plain, ...given };
  };

  it.each<[string, Row, string]>([
    ['an epoch before the first', { epoch: '0' }, CHECK],
    ['an outcome that leaves no record', { outcome: `'refused'` }, CHECK],
    ['no outcome', { outcome: 'null' }, MISSING],
    ['no end', { ended_at: 'null' }, MISSING],
    ['a job that is not there', { job_id: `'${unique('job')}'` }, UNKNOWN_JOB],
    ['a generation that is not there', { generation: '2' }, UNKNOWN_JOB],
  ])('refuses %s', async (_, row, code) => {
    await expect(insert('attempts', await attemptOf(row))).rejects.toMatchObject({ code });
  });

  it('refuses the same epoch of a job twice', async () => {
    const row = await attemptOf();
    await insert('attempts', row);
    await insert('attempts', { ...row, epoch: '2' });
    await expect(insert('attempts', row)).rejects.toMatchObject({ code: TWICE });
  });
});

describe('the table of session slots', () => {
  const slotOf = async (given: Row = {}): Promise<Row> => {
    const job = jobRow();
    await insert('jobs', job);
    const session_id = `'${unique('session')}'`;
    return { session_id, index: '0', job_id: job['id'] as string, generation: '1', ...given };
  };

  it.each<[string, Row, string]>([
    ['an index before the first', { index: '-1' }, CHECK],
    ['no index', { index: 'null' }, MISSING],
    ['no session', { session_id: 'null' }, MISSING],
    ['a job that is not there', { job_id: `'${unique('job')}'` }, UNKNOWN_JOB],
  ])('refuses %s', async (_, row, code) => {
    await expect(insert('session_slots', await slotOf(row))).rejects.toMatchObject({ code });
  });

  it('refuses the same index of a session twice', async () => {
    const { session_id = '' } = await slotOf();
    await insert('session_slots', await slotOf({ session_id }));
    await expect(insert('session_slots', await slotOf({ session_id }))).rejects.toMatchObject({
      code: TWICE,
    });
  });
});

describe('a job that is deleted', () => {
  it('takes its attempts and its slot along', async () => {
    const open = opening({ session: { id: unique('session'), index: 0 } });
    await openJob(pool, open);
    await closeJob(pool, closing(open, undefined, [attempt()]));
    const { rowCount } = await pool.query('delete from holdfast.jobs where id = $1', [
      open.spec.id,
    ]);
    expect(rowCount).toBe(1);
    for (const table of ['attempts', 'session_slots']) {
      const sql = `select 1 from holdfast.${table} where job_id = $1`;
      expect((await pool.query(sql, [open.spec.id])).rowCount).toBe(0);
    }
  });
});
