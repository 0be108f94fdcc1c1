import type { JobHandle, SessionItem } from 'holdfast';
import { connect } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { countingLink } from '../support/counting-link.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { followSession, Sessions, statesOf } from '../support/sessions.ts';

describe('a session', () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '8']);
    await fleet.startNode('b', ['--slots', '8']);
  });
  afterAll(() => fleet.stop());

  test('releases results in the order of the indexes, however its jobs end', async () => {
    const { id, job } = on.own();
    const indexes = [0, 1, 2, 3, 4, 5];
    const jobs = [];
    for (const index of indexes.toReversed()) jobs.unshift(await on.hold(id, index));
    const { sessions } = fleet.client;
    await sessions.close(id, { count: indexes.length });
    const reader = followSession(fleet.client, id);
    for (const index of [5, 2, 4]) {
      await on.open(id, index);
      await jobs[index]!.result();
    }
    expect(await sessions.get(id)).toMatchObject({
      cursor: -1,
      slots: { taken: 6, filled: 3, released: 0 },
    });
    expect(reader.seen).toEqual([]);
    await on.open(id, 0);
    await eventually(() => reader.seen.length === 1);
    await on.open(id, 1);
    await eventually(() => reader.seen.length === 3);
    await on.open(id, 3);
    await reader.ended;
    expect(reader.seen).toMatchObject(
      indexes.map((index) => ({ index, job: job(index), state: 'succeeded' })),
    );
    expect((reader.seen[0] as { result: unknown }).result).toEqual(await jobs[0]!.result());
    expect((await sessions.get(id)).endedAt).toBeInstanceOf(Date);
  });

  test('has placeholders for jobs that fail or are cancelled', async () => {
    const { id } = on.own();
    const first = await on.hold(id, 0);
    await on.submit(id, 1, 'fatal', null);
    const cancelled = await on.hold(id, 2);
    await on.submit(id, 3, 'echo', null);
    await on.running(cancelled);
    await cancelled.cancel();
    await on.open(id, 0);
    await fleet.client.sessions.close(id, { count: 4 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(reader.seen).toMatchObject([
      { index: 0, job: first.id, state: 'succeeded' },
      { index: 1, state: 'failed', error: { code: 'job_failed' } },
      { index: 2, job: cancelled.id, state: 'cancelled', error: { code: 'job_cancelled' } },
      { index: 3, state: 'succeeded', result: { value: null } },
    ]);
  });

  test('is read on by its cursor, in this process and in another', async () => {
    const { id } = on.own();
    for (const index of [0, 1, 2, 3, 4]) await on.echo(id, index);
    await fleet.client.sessions.close(id, { count: 5 });
    let stored = -1;
    for await (const { index } of fleet.client.sessions.results(id)) {
      stored = index;
      if (index === 1) break;
    }
    const elsewhere = await connect({
      temporal: { address: inject('temporalAddress'), namespace: fleet.namespace },
      databaseUrl: fleet.databaseUrl,
    });
    const reader = followSession(elsewhere, id, stored);
    await reader.ended.finally(() => elsewhere.close());
    expect(statesOf(reader.seen)).toEqual(['2 succeeded', '3 succeeded', '4 succeeded']);
    const { stdout } = await holdfast('sessions', 'tail', id, '--after', '2', '--json');
    expect(documentsOf(stdout)).toEqual(JSON.parse(JSON.stringify(reader.seen.slice(1))));
    // The last index is a cursor, too: there is nothing behind it.
    expect(await readAll(id, 4)).toEqual([]);
  });

  test('is read by many at once, each of whom sees all', async () => {
    const { id } = on.own();
    const first = await on.hold(id, 0);
    const readers = Array.from({ length: 10 }, () => followSession(fleet.client, id));
    const others = [1, 2, 3].map((index) => on.echo(id, index));
    for (const other of await Promise.all(others)) await other.result();
    await on.open(id, 0);
    await first.result();
    await eventually(() => readers.every(({ seen }) => seen.length === 4));
    await fleet.client.sessions.close(id, { count: 4 });
    for (const { ended, seen } of readers) {
      await ended;
      expect(seen.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    }
  });

  test('ends its readers when it is closed behind what they have seen, or empty', async () => {
    const { id } = on.own();
    await (await on.echo(id, 0)).result();
    const reader = followSession(fleet.client, id);
    await eventually(() => reader.seen.length === 1);
    const waiting = new AbortController();
    const stopped = followSession(fleet.client, id, 0, waiting.signal);
    waiting.abort(new Error('enough'));
    await expect(stopped.ended).rejects.toThrow('enough');
    await fleet.client.sessions.close(id, { count: 1 });
    await reader.ended;
    const empty = on.own().id;
    await fleet.client.sessions.create(empty);
    const none = followSession(fleet.client, empty);
    await fleet.client.sessions.close(empty, { count: 0 });
    await none.ended;
    expect(none.seen).toEqual([]);
    expect((await fleet.client.sessions.get(empty)).endedAt).toBeInstanceOf(Date);
  });

  test('is read no further than its reader asks', async () => {
    const { id } = on.own();
    const count = 450;
    const size = 5_000;
    const value = 'x'.repeat(size);
    await Promise.all(
      Array.from({ length: count }, (_, index) => on.submit(id, index, 'echo', value)),
    );
    await fleet.client.sessions.close(id, { count });
    const hasEnded = async () => (await fleet.client.sessions.get(id)).endedAt !== undefined;
    await eventually(hasEnded, 200_000);
    const link = await countingLink(fleet.databaseUrl);
    const slow = await connect({
      temporal: { address: inject('temporalAddress'), namespace: fleet.namespace },
      databaseUrl: link.url,
    });
    try {
      const items = slow.sessions.results(id)[Symbol.asyncIterator]();
      for (let index = 0; index < 200; index++) {
        expect((await items.next()).value).toMatchObject({ index });
        // Time in which it could read ahead.
        if (index % 20 === 0) await slow.sessions.get(id);
      }
      expect(link.bytes()).toBeGreaterThan(200 * size);
      expect(link.bytes()).toBeLessThan(250 * size);
      for (let index = 200; index < count; index++) await items.next();
      expect((await items.next()).done).toBe(true);
      expect(link.bytes()).toBeGreaterThan(count * size);
    } finally {
      await slow.close();
      link.close();
    }
  }, 300_000);

  test('that skips passes over a gap in its time, one that waits never does', async () => {
    const [waits, skips] = [on.own().id, on.own().id];
    await fleet.client.sessions.create(skips, { gap: { skipAfter: '1s' } });
    await fleet.client.sessions.create(waits, { gap: 'wait' });
    const late = new Map<string, JobHandle<unknown>>();
    for (const id of [waits, skips]) {
      late.set(id, await on.hold(id, 1));
      for (const index of [0, 2, 4]) await (await on.echo(id, index)).result();
    }
    const reader = followSession(fleet.client, skips);
    await eventually(() => reader.seen.length === 5);
    expect(statesOf(reader.seen)).toEqual([
      '0 succeeded',
      '1 skipped',
      '2 succeeded',
      '3 skipped',
      '4 succeeded',
    ]);
    await fleet.logged('session.skipped', { session: skips });
    // It has waited for longer than the other.
    const waiting = await fleet.client.sessions.get(waits);
    expect(waiting).toMatchObject({ cursor: 0, skipAt: undefined });
    expect(waiting.gapSince).toBeInstanceOf(Date);

    // What comes for an index that was passed over is on record, and not released.
    for (const id of [waits, skips]) await on.open(id, 1);
    for (const job of late.values()) expect(await job.result()).toMatchObject({ epoch: 1 });
    await on.echo(waits, 3);
    expect((await late.get(skips)!.get()).results).toMatchObject([{ verdict: 'accepted' }]);
    const refused = on.echo(skips, 3).then((job) => job.result());
    await expect(refused).rejects.toMatchObject({
      code: 'session_slot_taken',
      message: expect.stringContaining('passed over') as string,
    });
    for (const id of [waits, skips]) await fleet.client.sessions.close(id, { count: 5 });
    await reader.ended;
    expect(reader.seen).toHaveLength(5);
    expect(statesOf(await readAll(skips))).toEqual(statesOf(reader.seen));
    expect(statesOf(await readAll(waits))).toEqual(
      [0, 1, 2, 3, 4].map((index) => `${index} succeeded`),
    );
  });

  test('that is closed passes over what is missing at its end', async () => {
    const { id } = on.own();
    await fleet.client.sessions.create(id, { gap: { skipAfter: '1s' } });
    await (await on.echo(id, 0)).result();
    await fleet.client.sessions.close(id, { count: 3 });
    expect(statesOf(await readAll(id))).toEqual(['0 succeeded', '1 skipped', '2 skipped']);
  });

  /** What a session holds to its end. */
  async function readAll(id: string, after?: number): Promise<readonly SessionItem[]> {
    const reader = followSession(fleet.client, id, after);
    await reader.ended;
    return reader.seen;
  }

  async function holdfast(...args: string[]) {
    return runHoldfast(args, {
      env: {
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        TEMPORAL_NAMESPACE: fleet.namespace,
        DATABASE_URL: fleet.databaseUrl,
      },
    });
  }
});

/** Each line's JSON. */
function documentsOf(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
