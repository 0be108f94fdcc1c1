import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NodeChange, OpenJob } from '../../src/domain/activities.ts';
import type { HeldAttempt } from '../../src/domain/node.ts';
import { closeJob } from '../../src/ledger/close-job.ts';
import { findNode } from '../../src/ledger/find-nodes.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { openJob } from '../../src/ledger/open-job.ts';
import { createPool, inTransaction } from '../../src/ledger/pool.ts';
import { placeSituation } from '../../src/ledger/place-situation.ts';
import { recordNode } from '../../src/ledger/record-node.ts';
import type { PlacedAttempt } from '../../src/ledger/reservations.ts';
import { clearPlace, held, reserve } from '../../src/ledger/reservations.ts';
import { recordWait, waitOf } from '../../src/ledger/waits.ts';
import { eventually } from '../support/eventually.ts';
import { isOnPglite } from '../support/own-database.ts';
import { AT, closing, modeOf, nodeChange, opening } from './records.ts';

const pool = createPool(inject('databaseUrl'));
const isPglite = await isOnPglite();
beforeAll(() => migrate(pool));
afterAll(() => pool.end());

async function registered(slots = 2): Promise<NodeChange> {
  const change = nodeChange({}, { slots });
  await recordNode(pool, change);
  return change;
}

async function opened(epoch = 1): Promise<HeldAttempt> {
  return attemptOf(await openedJob(), epoch);
}

async function openedJob(): Promise<OpenJob> {
  const open = opening();
  await openJob(pool, open);
  return open;
}

const attemptOf = ({ spec }: OpenJob, epoch = 1): HeldAttempt => ({
  job: spec.id,
  generation: 1,
  epoch,
});

const place = ({ name, registration }: NodeChange, incarnation = registration.incarnation) => ({
  node: name,
  incarnation,
});

const tryReserve = (attempt: PlacedAttempt, node: NodeChange, overbook = false) =>
  reserve(pool, attempt, place(node), { overbook });

const wait = (attempt: HeldAttempt) =>
  recordWait(pool, { ...attempt, pool: 'test', kind: 'greet', why: 'no node', since: AT });

describe('reserve', () => {
  it('puts an attempt on a node, and ends the wait of its job', async () => {
    const [node, attempt] = [await registered(), await opened()];
    await wait(attempt);
    expect(await tryReserve(attempt, node)).toBe(true);
    expect(await held(pool, place(node))).toEqual([attempt]);
    expect(await waitOf(pool, attempt.job, 1)).toBeUndefined();
  });

  it('may be repeated, also when it has the last slot', async () => {
    const [node, attempt] = [await registered(1), await opened()];
    for (let i = 0; i < 3; i += 1) expect(await tryReserve(attempt, node)).toBe(true);
    const many = Array.from({ length: 4 }, () => tryReserve(attempt, node));
    expect(await Promise.all(many)).toEqual([true, true, true, true]);
    expect(await held(pool, place(node))).toEqual([attempt]);
  });

  it('takes no more than the slots, unless it overbooks', async () => {
    const node = await registered(2);
    const attempts = [await opened(), await opened(), await opened()] as const;
    const answers = [];
    for (const attempt of attempts) answers.push(await tryReserve(attempt, node));
    expect(answers).toEqual([true, true, false]);
    await wait(attempts[2]);
    expect(await tryReserve(attempts[2], node)).toBe(false);
    expect(await waitOf(pool, attempts[2].job, 1)).toMatchObject({ why: 'no node' });
    expect(await tryReserve(attempts[2], node, true)).toBe(true);
    expect(await held(pool, place(node))).toEqual(attempts);
    expect(await findNode(pool, node.name)).toMatchObject({ slots: 2, reserved: 3 });
  });

  it('sums the slots that attempts take, and forgets those of an earlier place', async () => {
    const node = await registered(4);
    const [heavy, light, late] = [await opened(), await opened(), await opened()];
    expect(await tryReserve({ ...heavy, slots: 3 }, node)).toBe(true);
    expect(await tryReserve({ ...heavy, slots: 3 }, node)).toBe(true);
    expect(await tryReserve({ ...late, slots: 2 }, node)).toBe(false);
    expect(await tryReserve(light, node)).toBe(true);
    expect(await tryReserve(late, node)).toBe(false);
    const { rows } = await pool.query<{ slots: number }>(
      'select slots from holdfast.reservations where node = $1 order by slots',
      [node.name],
    );
    expect(rows.map(({ slots }) => slots)).toEqual([1, 3]);
    const situation = await placeSituation(pool, { pool: node.registration.pool, asker: light });
    expect(situation.nodes.find(({ name }) => name === node.name)).toMatchObject({ reserved: 3 });
    expect(await findNode(pool, node.name)).toMatchObject({ reserved: 4 });
    expect(await tryReserve({ ...heavy, epoch: 2 }, node)).toBe(true);
    expect(await tryReserve({ ...late, slots: 2 }, node)).toBe(true);
    expect(await tryReserve({ ...(await opened()), slots: 5 }, await registered(4))).toBe(false);
  });

  it('gives the last slot to exactly one of two that ask at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const node = await registered(1);
      const attempts = [await opened(), await opened()];
      const answers = await Promise.all(attempts.map((attempt) => tryReserve(attempt, node)));
      expect(answers.filter((isPlaced) => isPlaced)).toHaveLength(1);
      expect(await held(pool, place(node))).toEqual(attempts.filter((_, i) => answers[i]));
    }
  });

  it('gives as many as there are slots of many that ask at once', async () => {
    const node = await registered(3);
    const attempts = await Promise.all(Array.from({ length: 9 }, () => opened()));
    const answers = await Promise.all(attempts.map((attempt) => tryReserve(attempt, node)));
    expect(answers.filter((isPlaced) => isPlaced)).toHaveLength(3);
  });

  // On PGlite an open transaction stops every other connection, so there is nothing to race.
  it.skipIf(isPglite)('waits for a change of the node, and then goes by it', async () => {
    const [node, attempt] = [await registered(), await opened()];
    const { answer } = await inTransaction(pool, async (tx) => {
      await tx.query(`update holdfast.nodes set state = 'offline' where name = $1`, [node.name]);
      const answer = tryReserve(attempt, node);
      await eventually(async () => {
        const { rows } = await pool.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock'
           and query like '%from holdfast.nodes%' and datname = current_database()`,
        );
        return rows.length > 0;
      });
      return { answer };
    });
    expect(await answer).toBe(false);
  });

  it.each<[string, Partial<NodeChange>]>([
    ['is offline', { state: 'offline' }],
    ['is cordoned', { mode: modeOf('cordoned') }],
    ['is draining', { mode: modeOf('draining') }],
    ['is stopping', { isStopping: true }],
    ['has another incarnation', nodeChange({}, { incarnation: 'i2' })],
  ])('says no of a node that %s, also when it overbooks or repeats', async (_, given) => {
    const [node, attempt] = [await registered(), await opened()];
    const late = await opened();
    expect(await tryReserve(attempt, node)).toBe(true);
    await recordNode(pool, { ...node, ...given, name: node.name, seq: 2 });
    for (const each of [attempt, late]) {
      expect(await tryReserve(each, node)).toBe(false);
      expect(await tryReserve(each, node, true)).toBe(false);
    }
    expect(await held(pool, place(node))).toEqual([attempt]);
  });

  it('says no of a node that is unknown', async () => {
    expect(await tryReserve(await opened(), nodeChange())).toBe(false);
  });

  it('says no of a job that is closed, or was never opened', async () => {
    const [node, open] = [await registered(), await openedJob()];
    await closeJob(pool, closing(open));
    for (const job of [open, opening()]) {
      expect(await tryReserve(attemptOf(job), node, true)).toBe(false);
    }
    expect(await held(pool, place(node))).toEqual([]);
  });

  it('stands for the earlier place of the job, on the same node or on another', async () => {
    const [first, second, open] = [await registered(1), await registered(), await openedJob()];
    await tryReserve(attemptOf(open), first);
    expect(await tryReserve(attemptOf(open, 2), first)).toBe(true);
    expect(await held(pool, place(first))).toEqual([attemptOf(open, 2)]);
    expect(await tryReserve(attemptOf(open, 2), second)).toBe(true);
    expect(await held(pool, place(first))).toEqual([]);
    expect(await held(pool, place(second))).toEqual([attemptOf(open, 2)]);
  });

  it('says no of an attempt when a later one of the job has a place', async () => {
    const [first, second, open] = [await registered(), await registered(), await openedJob()];
    await tryReserve(attemptOf(open, 2), first);
    expect(await tryReserve(attemptOf(open, 1), second)).toBe(false);
    expect(await held(pool, place(first))).toEqual([attemptOf(open, 2)]);
    expect(await held(pool, place(second))).toEqual([]);
  });
});

describe('held', () => {
  it('gives the attempts on one start of a node, also when that is gone', async () => {
    const [node, attempt, later] = [await registered(), await opened(), await opened(3)];
    await tryReserve(attempt, node);
    await recordNode(pool, { ...node, seq: 2, event: 'lost', state: 'offline' });
    expect(await held(pool, place(node))).toEqual([attempt]);
    const back = { ...node.registration, incarnation: 'i2' };
    await recordNode(pool, { ...node, seq: 3, registration: back });
    expect(await reserve(pool, later, place(node, 'i2'), { overbook: false })).toBe(true);
    expect(await held(pool, place(node))).toEqual([attempt]);
    expect(await held(pool, place(node, 'i2'))).toEqual([later]);
    expect(await held(pool, place(node, 'i3'))).toEqual([]);
  });

  it('gives none of a job that is closed', async () => {
    const [node, open] = [await registered(1), await openedJob()];
    await tryReserve(attemptOf(open), node);
    await closeJob(pool, closing(open));
    expect(await held(pool, place(node))).toEqual([]);
    expect(await tryReserve(await opened(), node)).toBe(true);
  });
});

describe('clearPlace', () => {
  it('frees the slot of a job, or ends its wait, and leaves other jobs alone', async () => {
    const node = await registered(1);
    const [placed, waiting, other] = [await opened(), await opened(), await opened()];
    await tryReserve(placed, node);
    await wait(waiting);
    await wait(other);
    await clearPlace(pool, placed);
    await clearPlace(pool, waiting);
    await clearPlace(pool, waiting);
    expect(await held(pool, place(node))).toEqual([]);
    expect(await waitOf(pool, waiting.job, 1)).toBeUndefined();
    expect(await waitOf(pool, other.job, 1)).toBeDefined();
    expect(await tryReserve(other, node)).toBe(true);
  });
});
