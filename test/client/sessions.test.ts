import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSessionsClient } from '../../src/client/sessions.ts';
import type { JobOutcome } from '../../src/domain/job.ts';
import type { SessionItem } from '../../src/domain/session.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { OwnDatabase } from '../support/own-database.ts';
import { ownDatabase } from '../support/own-database.ts';
import { closing, opening, unique } from '../ledger/records.ts';

let database: OwnDatabase;
let ledger: Ledger;
let client: ReturnType<typeof createSessionsClient>;

beforeAll(async () => {
  database = await ownDatabase();
  ledger = openLedger(database.url);
  await ledger.migrate();
  client = createSessionsClient(ledger);
});

afterAll(async () => {
  await client.endReaders();
  await ledger.close();
  await database.drop();
});

/** Opens a job of the session; answers what closes it. */
async function opened(id: string, index: number): Promise<(outcome?: JobOutcome) => Promise<void>> {
  const open = opening({ session: { id, index } });
  expect(await ledger.openJob(open)).toMatchObject({ kind: 'opened' });
  return async (outcome = { state: 'succeeded', result: index }) => {
    await ledger.closeJob(closing(open, outcome));
  };
}

async function filled(id: string, index: number, outcome?: JobOutcome): Promise<void> {
  await (
    await opened(id, index)
  )(outcome);
}

async function all(items: AsyncIterable<SessionItem>): Promise<string[]> {
  const read: string[] = [];
  for await (const { index, state } of items) read.push(`${index} ${state}`);
  return read;
}

describe('create', () => {
  test('answers the session, again and again with the same rules', async () => {
    const id = unique('session');
    const options = { gap: { skipAfter: '5s' }, concurrency: 1 } as const;
    const created = await client.sessions.create(id, options);
    expect(created).toMatchObject({ id, skipAfterMs: 5_000, isStrict: true, cursor: -1 });
    expect(created.slots).toEqual({ taken: 0, filled: 0, released: 0 });
    expect(await client.sessions.create(id, options)).toEqual(created);
  });

  test('refuses other rules than the session has, and tells those', async () => {
    const id = unique('session');
    await client.sessions.create(id);
    await expect(client.sessions.create(id, { concurrency: 1 })).rejects.toMatchObject({
      code: 'session_exists',
      message: `session ${id} exists with other rules: waits for a gap, jobs in parallel`,
      details: { session: id, rules: { skipAfterMs: null, isStrict: false } },
    });
  });
});

describe('results', () => {
  test('follows to the end: each index once, in order, whatever came first', async () => {
    const id = unique('session');
    await client.sessions.create(id);
    const read = all(client.sessions.results(id));
    const close = await opened(id, 0);
    await filled(id, 2, { state: 'failed', error: { code: 'job_failed', message: 'no' } });
    await client.sessions.close(id, { count: 4 });
    await filled(id, 1);
    await filled(id, 3, { state: 'cancelled', error: { code: 'job_cancelled', message: 'no' } });
    await close();
    expect(await read).toEqual(['0 succeeded', '1 succeeded', '2 failed', '3 cancelled']);
    expect(await client.sessions.get(id)).toMatchObject({
      cursor: 3,
      count: 4,
      endedAt: expect.any(Date) as Date,
      slots: { taken: 4, filled: 4, released: 4 },
    });
  });

  test('goes on after the index that a consumer has stored', async () => {
    const id = unique('session');
    for (const index of [0, 1, 2]) await filled(id, index);
    expect(await all(client.sessions.results(id, { after: 1, follow: false }))).toEqual([
      '2 succeeded',
    ]);
    await client.sessions.close(id, { count: 3 });
    expect(await all(client.sessions.results(id, { after: 0 }))).toEqual([
      '1 succeeded',
      '2 succeeded',
    ]);
    expect(await all(client.sessions.results(id, { after: 2 }))).toEqual([]);
  });

  test('without follow ends at what is released, and hears of what comes with it', async () => {
    const id = unique('session');
    await filled(id, 0);
    await filled(id, 2);
    expect(await all(client.sessions.results(id, { follow: false }))).toEqual(['0 succeeded']);
    const rest = client.sessions.results(id, { after: 0 })[Symbol.asyncIterator]();
    const next = rest.next();
    await filled(id, 1);
    expect((await next).value).toMatchObject({ index: 1, result: 1 });
    expect((await rest.next()).value).toMatchObject({ index: 2, result: 2 });
    await rest.return?.();
  });

  test('passes over a gap when its time is over', async () => {
    const id = unique('session');
    await client.sessions.create(id, { gap: { skipAfter: 1 } });
    const read = all(client.sessions.results(id));
    await filled(id, 1);
    await client.sessions.close(id, { count: 2 });
    await vi.waitFor(async () => {
      await ledger.releaseDue(100);
      expect(await client.sessions.get(id)).toMatchObject({ cursor: 1 });
    });
    expect(await read).toEqual(['0 skipped', '1 succeeded']);
  });

  test('ends with the reason of the signal', async () => {
    const id = unique('session');
    await client.sessions.create(id);
    const stop = new AbortController();
    const read = all(client.sessions.results(id, { signal: stop.signal }));
    stop.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });

  test('refuses a session that nobody knows, and a reader that is ahead of it', async () => {
    const id = unique('session');
    await expect(all(client.sessions.results(id))).rejects.toMatchObject({
      code: 'session_not_found',
      message: `no session has the id "${id}"`,
    });
    await filled(id, 0);
    await expect(all(client.sessions.results(id, { after: 1 }))).rejects.toMatchObject({
      code: 'invalid_input',
      message: `after: expected at most 0 (the last that session ${id} has released), got 1`,
    });
  });
});

describe('close', () => {
  test('may be repeated with the same count, and is refused with another', async () => {
    const id = unique('session');
    await client.sessions.create(id);
    expect(await client.sessions.close(id, { count: 2 })).toMatchObject({ count: 2 });
    expect(await client.sessions.close(id, { count: 2 })).toMatchObject({ count: 2 });
    await expect(client.sessions.close(id, { count: 3 })).rejects.toMatchObject({
      code: 'session_ended',
      message: `session ${id} was closed, its last index is 1: it cannot have 3 indexes`,
      details: { session: id, count: 2 },
    });
  });

  test('of a session without indexes ends its readers at once', async () => {
    const id = unique('session');
    await client.sessions.create(id);
    const read = all(client.sessions.results(id));
    await client.sessions.close(id, { count: 0 });
    expect(await read).toEqual([]);
  });

  test.each([-1, 0.5, 1_000_000_001, NaN])('refuses the count %s', async (count) => {
    await expect(client.sessions.close('s', { count })).rejects.toMatchObject({
      code: 'invalid_input',
      message: `count: expected a whole number from 0 to 1000000000, got ${count}`,
    });
  });

  test('refuses a session that nobody knows, and a count below an index that a job holds', async () => {
    const id = unique('session');
    await expect(client.sessions.close(id, { count: 1 })).rejects.toMatchObject({
      code: 'session_not_found',
    });
    await opened(id, 5);
    await expect(client.sessions.close(id, { count: 5 })).rejects.toMatchObject({
      code: 'session_ended',
    });
  });
});

test('list gives sessions by state, a page at a time', async () => {
  const ids = [unique('session'), unique('session')];
  for (const id of ids) await client.sessions.create(id);
  const ended = unique('session');
  await client.sessions.create(ended);
  await client.sessions.close(ended, { count: 0 });
  const first = await client.sessions.list({ state: 'ended', limit: 1 });
  expect(first.sessions.map(({ id }) => id)).toEqual([ended]);
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.sessions.list({
      state: 'open',
      limit: 1,
      ...(cursor === undefined ? {} : { cursor }),
    });
    listed.push(...page.sessions.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(listed).toEqual(expect.arrayContaining(ids));
  expect(listed).not.toContain(ended);
  expect(new Set(listed).size).toBe(listed.length);
  await expect(client.sessions.list({ limit: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
});
