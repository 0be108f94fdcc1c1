import { randomUUID } from 'node:crypto';
import { enqueue } from 'holdfast';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('a cancelled job of the outbox', () => {
  let fleet: Fleet;
  let db: pg.Client;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    await fleet.startNode('a');
    db = new pg.Client({ connectionString: fleet.databaseUrl });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await fleet.stop();
  });

  const { stringify } = JSON;
  const pool = 'test';
  const inOutbox = async (id: string) =>
    (await fleet.client.outbox.list()).filter((row) => row.id === id);
  const isCancelled = (id: string) =>
    eventually(async () => (await fleet.client.jobs.get(id)).state === 'cancelled');

  /** As if a relay had claimed a row and died. */
  async function claimedByNobody(id: string, options: object): Promise<void> {
    await db.query('begin');
    await enqueue(db, 'echo', 1, { id, pool, ...options });
    await db.query(
      `update holdfast.outbox set claimed_until = now() + interval '1 hour', tries = 1
       where job_id = $1`,
      [id],
    );
    await db.query('commit');
  }

  test('ends without having run, though a dead relay has claimed it', async () => {
    const id = randomUUID();
    await claimedByNobody(id, { timeout: '7s' });
    const cancelled = await fleet.client.jobs.cancel(id, { wait: '10s' });
    expect(cancelled).toEqual({ requested: true, state: 'cancelled' });
    expect(await inOutbox(id)).toEqual([]);
    expect(fleet.find('attempt.started', { job: id })).toEqual([]);
    await expect(fleet.client.jobs.result(id)).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await fleet.client.jobs.cancel(id)).toEqual({ requested: false, state: 'cancelled' });
  });

  test('leaves a placeholder in its session', async () => {
    const session = { id: randomUUID(), index: 0 };
    const id = randomUUID();
    await claimedByNobody(id, { session });
    await fleet.client.jobs.cancel(id, { wait: '10s' });
    await fleet.client.sessions.close(session.id, { count: 1 });
    const items = [];
    for await (const item of fleet.client.sessions.results(session.id)) items.push(item);
    expect(items).toMatchObject([{ index: 0, state: 'cancelled' }]);
  });

  test('is taken away when it would only have been answered by one that has ended', async () => {
    const id = randomUUID();
    await (await fleet.client.jobs.submit('echo', 1, { id, pool })).result();
    await claimedByNobody(id, {});
    expect(await fleet.client.jobs.cancel(id)).toEqual({ requested: false, state: 'succeeded' });
    expect(await inOutbox(id)).toEqual([]);
  });

  test('ends as the next generation that it would have been', async () => {
    const id = randomUUID();
    await (await fleet.client.jobs.submit('echo', 1, { id, pool })).result();
    await claimedByNobody(id, { dedupe: 'replace' });
    const cancelled = await fleet.client.jobs.cancel(id, { wait: '10s' });
    expect(cancelled).toEqual({ requested: true, state: 'cancelled' });
    expect(await fleet.client.jobs.get(id)).toMatchObject({ generation: 2, state: 'cancelled' });
  });

  test('that is dead is told to be so', async () => {
    const id = randomUUID();
    await db.query('select holdfast.enqueue($1, $2, $3)', ['unheard-of', stringify(1), id]);
    await eventually(async () => (await inOutbox(id))[0]?.state === 'dead');
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    const { stderr, exitCode } = await runHoldfast(['jobs', 'cancel', id], { env });
    expect(exitCode).toBe(5);
    expect(stderr).toContain(`job ${id} is dead in the outbox: unknown_kind`);
    expect(stderr).toContain(`holdfast outbox drop ${id}`);
  });

  test('ends whatever it asks for, as soon as there is an orchestrator', async () => {
    fleet.orchestrator.signal('SIGSTOP');
    const [bad, good] = [randomUUID(), randomUUID()];
    const options = { pool, timeoutMs: -1 };
    await db.query('select holdfast.enqueue($1, $2, $3)', ['unheard-of', stringify(1), good]);
    await db.query('select holdfast.enqueue($1, $2, $3, $4)', ['echo', '1', bad, options]);
    for (const id of [bad, good]) {
      expect(await fleet.client.jobs.cancel(id)).toEqual({ requested: true, state: 'open' });
    }
    fleet.orchestrator.signal('SIGCONT');
    await isCancelled(bad);
    await isCancelled(good);
    for (const id of [bad, good]) {
      expect(await inOutbox(id)).toEqual([]);
      expect(fleet.find('attempt.started', { job: id })).toEqual([]);
    }
  });

  test('that nobody knows is not found', async () => {
    await expect(fleet.client.jobs.cancel('nobody')).rejects.toMatchObject({
      code: 'job_not_found',
    });
  });
});
