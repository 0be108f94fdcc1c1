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
const UNKNOWN = '23503';
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

const CLOSED: Row = { state: `'succeeded'`, closed_at: 'now()' };
const PRUNED: Row = { input: 'null', pruned_at: 'now()' };

describe('the table of jobs', () => {
  it.each<[string, Row]>([
    ['an open job', {}],
    ['an open job of a session', { session_id: `'s'`, session_index: '0' }],
    ['a job that succeeded', { state: `'succeeded'`, closed_at: 'now()' }],
    [
      'a failed job that was cleaned up',
      { state: `'failed'`, input: 'null', closed_at: 'now()', pruned_at: 'now()' },
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
    ['an open job with an error', { error: `'{}'` }],
    ['a success without an end', { state: `'succeeded'` }],
    ['a success with an error', { state: `'succeeded'`, error: `'{}'`, closed_at: 'now()' }],
    ['a failure without an end', { state: `'failed'`, error: `'{}'` }],
    ['a failure without an error', { state: `'failed'`, closed_at: 'now()' }],
    ['a cancellation without an error', { state: `'cancelled'`, closed_at: 'now()' }],
    ['a session without an index', { session_id: `'s'` }],
    ['an index without a session', { session_index: '0' }],
    ['an index before the first', { session_id: `'s'`, session_index: '-1' }],
    ['less than no attempt', { attempt_count: '-1' }],
    ['less than no failover', { failover_count: '-1' }],
    ['no input before the clean-up', { input: 'null' }],
    ['an input after the clean-up', { ...CLOSED, pruned_at: 'now()' }],
    ['an open job that was cleaned up', { input: 'null', pruned_at: 'now()' }],
    ['an error after the clean-up', { ...CLOSED, ...PRUNED, state: `'failed'`, error: `'{}'` }],
    ['a horizon before the end', { horizon_ms: '-1' }],
    ['a hash that is none', { token_hash: `'ABC'` }],
  ])('refuses %s', async (_, row) => {
    await expect(insert('jobs', jobRow(row))).rejects.toMatchObject({ code: CHECK });
  });

  it.each(['id', 'generation', 'workflow_id', 'run_id', 'kind', 'pool', 'state', 'opened_at'])(
    'refuses a job without %s',
    async (column) => {
      await expect(insert('jobs', jobRow({ [column]: 'null' }))).rejects.toMatchObject({
        code: MISSING,
      });
    },
  );

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
    ['a job that is not there', { job_id: `'${unique('job')}'` }, UNKNOWN],
    ['a generation that is not there', { generation: '2' }, UNKNOWN],
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
    const session_id = `'${unique('session')}'`;
    await insert('sessions', { id: session_id });
    return { session_id, index: '0', job_id: `'a'`, generation: '1', ...given };
  };
  const FILLED: Row = { state: `'failed'`, error: `'{}'`, filled_at: 'now()' };

  it.each<[string, Row]>([
    ['an open one', {}],
    ['one with a placeholder', FILLED],
    ['one that was released', { ...FILLED, released_at: 'now()' }],
    ['one that was cleaned up', { ...FILLED, error: 'null', pruned_at: 'now()' }],
  ])('takes %s', async (_, row) => {
    await insert('session_slots', await slotOf(row));
  });

  it.each<[string, Row, string]>([
    ['an index before the first', { index: '-1' }, CHECK],
    ['no index', { index: 'null' }, MISSING],
    ['no session', { session_id: 'null' }, MISSING],
    ['a session that is not there', { session_id: `'${unique('session')}'` }, UNKNOWN],
    ['a state that does not exist', { ...FILLED, state: `'skipped'` }, CHECK],
    ['an open one that is filled', { filled_at: 'now()' }, CHECK],
    ['a filled one without its time', { state: `'succeeded'` }, CHECK],
    ['a placeholder without an error', { ...FILLED, error: 'null' }, CHECK],
    ['a success with an error', { ...FILLED, state: `'succeeded'` }, CHECK],
    ['an error after the clean-up', { ...FILLED, pruned_at: 'now()' }, CHECK],
    ['an open one that was released', { released_at: 'now()' }, CHECK],
    ['an open one that was cleaned up', { pruned_at: 'now()' }, CHECK],
  ])('refuses %s', async (_, row, code) => {
    await expect(insert('session_slots', await slotOf(row))).rejects.toMatchObject({ code });
  });

  it('refuses the same index of a session twice', async () => {
    const { session_id = '', ...slot } = await slotOf();
    await insert('session_slots', { session_id, ...slot });
    await expect(insert('session_slots', { session_id, ...slot })).rejects.toMatchObject({
      code: TWICE,
    });
  });
});

describe('the table of sessions', () => {
  const GAP: Row = { skip_after_ms: '1', gap_since: 'now()', skip_at: 'now()' };

  it.each<[string, Row]>([
    ['one that waits for ever', { gap_since: 'now()' }],
    ['one with a deadline', GAP],
    ['one that ended', { count: '3', cursor: '2', ended_at: 'now()' }],
  ])('takes %s', async (_, row) => {
    await insert('sessions', { id: `'${unique('session')}'`, ...row });
  });

  it.each<[string, Row]>([
    ['a cursor before the start', { cursor: '-2' }],
    ['less than no index', { count: '-1' }],
    ['a wait before now', { skip_after_ms: '-1' }],
    ['a cursor behind the end', { count: '3', cursor: '3' }],
    ['an end without a count', { ended_at: 'now()' }],
    ['an end before the last index', { count: '3', cursor: '1', ended_at: 'now()' }],
    ['no end after the last index', { count: '3', cursor: '2' }],
    ['a deadline without a rule', { ...GAP, skip_after_ms: 'null' }],
    ['a deadline without a gap', { ...GAP, gap_since: 'null' }],
    ['a gap without the deadline that the rule asks for', { ...GAP, skip_at: 'null' }],
    ['a gap after the end', { count: '0', ended_at: 'now()', gap_since: 'now()' }],
  ])('refuses %s', async (_, row) => {
    const session = { id: `'${unique('session')}'`, ...row };
    await expect(insert('sessions', session)).rejects.toMatchObject({ code: CHECK });
  });
});

describe('the table of results', () => {
  const resultOf = async (given: Row = {}): Promise<Row> => {
    const job = jobRow();
    await insert('jobs', job);
    const hash = `'${'a'.repeat(64)}'`;
    const job_id = job['id'] as string;
    return { job_id, generation: '1', epoch: '1', verdict: `'late'`, hash, ...given };
  };

  it.each<[string, Row, string]>([
    ['an epoch before the first', { epoch: '0' }, CHECK],
    ['a verdict that does not exist', { verdict: `'skipped'` }, CHECK],
    ['a hash that is none', { hash: `'${'A'.repeat(64)}'` }, CHECK],
    ['a duplicate with its result', { verdict: `'duplicate'`, payload: `'1'` }, CHECK],
    ['a job that is not there', { job_id: `'${unique('job')}'` }, UNKNOWN],
  ])('refuses %s', async (_, row, code) => {
    await expect(insert('results', await resultOf(row))).rejects.toMatchObject({ code });
  });

  it('refuses a second accepted one, and takes any number of others', async () => {
    const row = await resultOf();
    const accepted = { ...row, verdict: `'accepted'` };
    for (const each of [row, row, accepted]) await insert('results', each);
    await expect(insert('results', accepted)).rejects.toMatchObject({ code: TWICE });
  });
});

describe('a job that is deleted', () => {
  it('takes its attempts and its results along, and leaves its slot', async () => {
    const open = opening({ session: { id: unique('session'), index: 0 } });
    await openJob(pool, open);
    await closeJob(pool, closing(open, undefined, [attempt()]));
    const { id } = open.spec;
    const rowsIn = async (table: string) =>
      (await pool.query(`select 1 from holdfast.${table} where job_id = $1`, [id])).rowCount;
    expect([await rowsIn('attempts'), await rowsIn('results')]).toEqual([1, 1]);
    await pool.query('delete from holdfast.jobs where id = $1', [id]);
    expect([await rowsIn('attempts'), await rowsIn('results')]).toEqual([0, 0]);
    expect(await rowsIn('session_slots')).toBe(1);
  });
});
