import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { JobOutcome } from '../../src/domain/job.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createPool, inTransaction } from '../../src/ledger/pool.ts';
import { interfereAt } from './cutting-proxy.ts';
import { isOnPglite } from '../support/own-database.ts';
import { attempt, closing, nodeChange, opening, unique } from './records.ts';

const direct = openLedger(inject('databaseUrl'));
const isPglite = await isOnPglite();
beforeAll(() => direct.migrate());
afterAll(() => direct.close());

/** A ledger whose connection breaks once, at the first statement with the text. */
async function breaking(text: string, cut: 'before' | 'after'): Promise<Ledger> {
  const proxy = await interfereAt(inject('databaseUrl'), text, cut);
  const ledger = openLedger(proxy.url);
  onTestFinished(async () => {
    expect(proxy.count()).toBe(1);
    await ledger.close();
    await proxy.close();
  });
  return ledger;
}

const broken = { code: 'ledger_unavailable', retryable: true };
const failure: JobOutcome = { state: 'failed', error: { code: 'job_failed', message: 'boom' } };

describe('a connection that breaks', () => {
  it.each([
    ['before the job is written', 'insert into holdfast.jobs', 'before'],
    ['before its slot is written', 'insert into holdfast.session_slots', 'before'],
    ['after its slot is written', 'insert into holdfast.session_slots', 'after'],
    ['before the commit', 'commit', 'before'],
  ] as const)('%s leaves nothing of an open, which may be repeated', async (_, text, cut) => {
    const ledger = await breaking(text, cut);
    const open = opening({ session: { id: unique('session'), index: 0 } });
    await expect(ledger.openJob(open)).rejects.toMatchObject(broken);
    expect(await direct.findJob(open.spec.id)).toBeUndefined();
    expect(await ledger.openJob(open)).toEqual({ kind: 'opened' });
  });

  it('before the commit is known leaves an open that is answered when it is repeated', async () => {
    const ledger = await breaking('commit', 'after');
    const open = opening({ session: { id: unique('session'), index: 0 } });
    await expect(ledger.openJob(open)).rejects.toMatchObject(broken);
    expect(await direct.findJob(open.spec.id)).toMatchObject({ state: 'open' });
    expect(await ledger.openJob(open)).toEqual({ kind: 'opened' });
  });

  it('before a close leaves the job open, and the close may be repeated', async () => {
    const ledger = await breaking('update holdfast.jobs', 'before');
    const open = opening();
    await ledger.openJob(open);
    const close = closing(open, failure, [attempt()]);
    await expect(ledger.closeJob(close)).rejects.toMatchObject(broken);
    expect(await direct.findJob(open.spec.id)).toMatchObject({ state: 'open' });
    expect(await ledger.closeJob(close)).toEqual({ closed: { kind: 'own' } });
    expect(await direct.findAttempts(open.spec.id, 1)).toEqual([attempt()]);
  });

  it('after a close keeps its outcome, which a repetition is told', async () => {
    const ledger = await breaking('update holdfast.jobs', 'after');
    const open = opening();
    await ledger.openJob(open);
    await expect(ledger.closeJob(closing(open, failure))).rejects.toMatchObject(broken);
    expect(await ledger.closeJob(closing(open))).toEqual({
      closed: { kind: 'earlier', outcome: failure },
    });
  });

  it.each([
    ['before the commit leaves nothing of', 'before', []],
    ['before the commit is known keeps', 'after', [1]],
  ] as const)('%s a reservation, which may be repeated', async (_, cut, epochs) => {
    const ledger = await breaking('commit', cut);
    const [open, node] = [opening(), nodeChange()];
    await ledger.openJob(open);
    await ledger.recordNode(node);
    const place = { node: node.name, incarnation: 'i1' };
    const reserved = { job: open.spec.id, generation: 1, epoch: 1 };
    const reserve = () => ledger.reserve(reserved, place, { overbook: false });
    await expect(reserve()).rejects.toMatchObject(broken);
    expect((await direct.held(place)).map(({ epoch }) => epoch)).toEqual(epochs);
    expect(await reserve()).toBe(true);
    expect(await direct.held(place)).toEqual([reserved]);
  });

  it('while a migration runs is an error of that migration and of nobody else', async () => {
    const ledger = await breaking('current_setting', 'after');
    await expect(ledger.migrate()).rejects.toMatchObject(broken);
    await ledger.migrate();
  });

  // A client that nobody listens to would end the process with an unhandled 'error' event.
  it('between two statements of a transaction is heard, and the transaction fails', async () => {
    const proxy = await interfereAt(inject('databaseUrl'), 'select 1', 'before');
    const pool = createPool(proxy.url);
    onTestFinished(() => pool.end().then(() => proxy.close()));
    let listeners = 0;
    const work = inTransaction(pool, async (tx) => {
      listeners = tx.listenerCount('error');
      const gone = new Promise((resolve) => tx.once('end', resolve));
      await tx.query('select 1').catch(() => undefined);
      await gone;
      return 'done';
    });
    await expect(work).rejects.toThrow();
    expect(listeners).toBeGreaterThan(0);
    expect(await inTransaction(pool, () => Promise.resolve('again'))).toBe('again');
    expect(pool.totalCount).toBe(1);
  });

  // All connections of PGlite are one process, which nobody can terminate alone.
  it.skipIf(isPglite)('because an operator ended it rolls its transaction back', async () => {
    const pool = createPool(inject('databaseUrl'));
    onTestFinished(() => pool.end());
    const open = opening();
    const work = inTransaction(pool, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await tx.query(
        `insert into holdfast.jobs (id, generation, workflow_id, run_id, kind, pool, input)
         values ($1, 1, 'w', 'r', 'k', 'p', 'null')`,
        [open.spec.id],
      );
      const gone = new Promise((resolve) => tx.once('end', resolve));
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await gone;
    });
    await expect(work).rejects.toThrow();
    expect(await direct.findJob(open.spec.id)).toBeUndefined();
    expect(await direct.openJob(open)).toEqual({ kind: 'opened' });
  });
});
