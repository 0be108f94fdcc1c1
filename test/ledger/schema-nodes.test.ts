import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NODE_MODES } from '../../src/domain/node.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool } from '../../src/ledger/pool.ts';
import { opening, unique } from './records.ts';

const pool = createPool(inject('databaseUrl'));
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

const MISSING = '23502';
const UNKNOWN_JOB = '23503';
const TWICE = '23505';
const CHECK = '23514';

/** Values by column. */
type Row = Readonly<Record<string, unknown>>;

async function insert(table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map((_, i) => `$${i + 1}`);
  await pool.query(
    `insert into holdfast.${table} (${columns.join(', ')}) values (${places.join(', ')})`,
    Object.values(row),
  );
}

const refuses = (table: string, row: Row, code: string) =>
  expect(insert(table, row)).rejects.toMatchObject({ code });

const now = new Date();

const nodeRow = (given: Row = {}): Row => ({
  name: unique('node'),
  incarnation: 'i1',
  pool: 'p',
  slots: 1,
  kinds: [],
  version: '0',
  labels: '{}',
  lease_ms: 1,
  state: 'online',
  is_stopping: false,
  mode: 'enabled',
  mode_reason: '',
  mode_by: '',
  mode_at: now,
  cause: 'registered',
  registered_at: now,
  state_since: now,
  seq: 1,
  ...given,
});

const eventRow = (given: Row = {}): Row => ({
  name: unique('node'),
  incarnation: 'i1',
  at: now,
  event: 'registered',
  by: '',
  reason: '',
  state: 'online',
  mode: 'enabled',
  ...given,
});

/** The row of a job that is open. */
async function jobRow(given: Row = {}): Promise<Row> {
  const open = opening();
  await openJob(pool, open);
  return { job_id: open.spec.id, generation: 1, ...given };
}

const reservationRow = (given: Row = {}) =>
  jobRow({ epoch: 1, node: 'n1', incarnation: 'i1', ...given });

const waitRow = (given: Row = {}) =>
  jobRow({ pool: 'p', kind: 'k', why: 'w', since: now, ...given });

describe('the table of nodes', () => {
  it.each([
    ...NODE_MODES.map((mode) => [mode, { mode }] as const),
    ['offline', { state: 'offline', cause: 'lost' }],
    ['draining until a deadline', { mode: 'draining', mode_deadline_at: now }],
  ] as const)('takes a node that is %s', async (_, row) => {
    await insert('nodes', nodeRow(row));
  });

  it.each<[string, Row]>([
    ['no slot', { slots: 0 }],
    ['no lease', { lease_ms: 0 }],
    ['a state that does not exist', { state: 'draining' }],
    ['a mode that does not exist', { mode: 'online' }],
    ['a cause that does not exist', { cause: 'bored' }],
    ['the cause of one that has no row', { cause: 'forgotten' }],
    ['a deadline of anything but a drain', { mode: 'cordoned', mode_deadline_at: now }],
  ])('refuses a node with %s', (_, row) => refuses('nodes', nodeRow(row), CHECK));

  it.each(Object.keys(nodeRow()))('refuses a node without %s', (column) =>
    refuses('nodes', nodeRow({ [column]: null }), MISSING),
  );

  it('refuses a name twice', async () => {
    const row = nodeRow();
    await insert('nodes', row);
    await refuses('nodes', { ...row, incarnation: 'i2' }, TWICE);
  });
});

describe('the table of events of nodes', () => {
  it.each([
    'registered',
    'lost',
    'stopped',
    'stopping',
    'superseded',
    'enabled',
    'cordoned',
    'draining',
    'drained',
    'forgotten',
  ])('takes that a node was %s', async (event) => {
    await insert('node_events', eventRow({ event }));
  });

  it.each<[string, Row]>([
    ['event', { event: 'bored' }],
    ['state', { state: 'draining' }],
    ['mode', { mode: 'online' }],
  ])('refuses a %s that does not exist', (_, row) => refuses('node_events', eventRow(row), CHECK));
});

describe.each([
  ['reservations', reservationRow],
  ['waits', waitRow],
] as const)('the table of %s', (table, rowOf) => {
  it('refuses a job twice, and takes another generation', async () => {
    const row = await rowOf();
    await insert(table, row);
    await refuses(table, row, TWICE);
    await openJob(pool, opening({}, { id: row['job_id'] as string, generation: 2 }));
    await insert(table, { ...row, generation: 2 });
  });

  it('refuses a job or a generation that is not there', async () => {
    await refuses(table, await rowOf({ job_id: unique('job') }), UNKNOWN_JOB);
    await refuses(table, await rowOf({ generation: 2 }), UNKNOWN_JOB);
  });

  it('goes with a job that is deleted', async () => {
    const row = await rowOf();
    await insert(table, row);
    await pool.query('delete from holdfast.jobs where id = $1', [row['job_id']]);
    const sql = `select 1 from holdfast.${table} where job_id = $1`;
    expect((await pool.query(sql, [row['job_id']])).rowCount).toBe(0);
  });
});

describe('the other tables', () => {
  it('refuse an epoch before the first', async () => {
    await refuses('reservations', await reservationRow({ epoch: 0 }), CHECK);
  });

  it('refuse the same loss twice, and take another of the node', async () => {
    const row = { name: unique('node'), incarnation: 'i1', lost_at: now, pool: 'p' };
    await insert('losses', row);
    await insert('losses', { ...row, lost_at: new Date(0) });
    await insert('losses', { ...row, incarnation: 'i2' });
    await refuses('losses', row, TWICE);
  });

  it('refuse a pause for no lost node, and two pauses of a pool', async () => {
    const row = { pool: unique('pool'), until: new Date(0), why: 'w', lost: 1 };
    await insert('pool_pauses', row);
    await refuses('pool_pauses', row, TWICE);
    await refuses('pool_pauses', { ...row, pool: unique('pool'), lost: 0 }, CHECK);
  });
});
