import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import type { JobHandle, SessionItem, SubmitOptions } from 'holdfast';
import { connect } from 'holdfast';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { followSession, releasedOf, statesOf } from '../support/read-session.ts';
import type { RestartableLedger } from '../support/restartable-ledger.ts';
import { restartableLedger } from '../support/restartable-ledger.ts';

/** What tests do with sessions of their own on a fleet. */
class Sessions {
  readonly fleet: Fleet;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** A session's id, and the id of its job at an index. */
  own(): { id: string; job: (index: number) => string } {
    const id = `s-${randomUUID().slice(0, 8)}`;
    return { id, job: (index) => `${id}-${index}` };
  }

  submit(
    session: string,
    index: number,
    kind: string,
    input: unknown,
    options: SubmitOptions = {},
  ): Promise<JobHandle<unknown>> {
    return this.fleet.client.jobs.submit(kind, input, {
      id: `${session}-${index}`,
      pool: this.fleet.pool,
      heartbeat: '2s',
      session: { id: session, index },
      ...options,
    });
  }

  echo(session: string, index: number, options?: SubmitOptions) {
    return this.submit(session, index, 'echo', index, options);
  }

  /** A job that ends when the gate `<session>-<index>` is open. */
  hold(session: string, index: number, options?: SubmitOptions) {
    return this.submit(session, index, 'hold', this.fleet.hold(`${session}-${index}`), options);
  }

  open(session: string, index: number): Promise<void> {
    return this.fleet.open(`${session}-${index}`);
  }

  async running(job: JobHandle<unknown>): Promise<void> {
    await this.fleet.logged('attempt.started', { job: job.id });
  }
}

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
    await eventually(async () => (await fleet.client.sessions.get(id)).endedAt !== undefined);
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

describe('an index of a session that another job wants', () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '8']);
  });
  afterAll(() => fleet.stop());

  test('goes to exactly one of two that are submitted at once', async () => {
    const { id } = on.own();
    const other = await connect({
      temporal: { address: inject('temporalAddress'), namespace: fleet.namespace },
      databaseUrl: fleet.databaseUrl,
    });
    const rival = (name: string, client: typeof other, index: number) =>
      client.jobs
        .submit('echo', name, {
          id: `${id}-${index}-${name}`,
          pool: fleet.pool,
          session: { id, index },
        })
        .then((job) => job.result());
    try {
      for (let index = 0; index < 15; index++) {
        const ends = await Promise.allSettled([
          rival('x', fleet.client, index),
          rival('y', other, index),
        ]);
        const winner = ends.findIndex(({ status }) => status === 'fulfilled');
        const loser = ends[1 - winner];
        expect(loser).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'session_slot_taken',
            message: expect.stringContaining(`job ${id}-${index}-${'xy'[winner]}`) as string,
          },
        });
      }
    } finally {
      await other.close();
    }
    expect(await releasedOf(fleet.client, id)).toHaveLength(15);
  });

  test('is refused, or shared, as the submit asks; the same id is always its own job', async () => {
    const { id, job } = on.own();
    const holder = await on.hold(id, 0);
    await on.running(holder);
    const heir = { id: `${id}-heir` };
    await expect(on.echo(id, 0, heir)).rejects.toMatchObject({
      code: 'session_slot_taken',
      message: expect.stringContaining(job(0)) as string,
      details: { holder: job(0), state: 'open' },
    });
    const shared = await on.echo(id, 0, { ...heir, dedupe: 'attach' });
    expect(shared.id).toBe(holder.id);
    for (const dedupe of ['reject', 'attach', 'replace'] as const) {
      expect((await on.echo(id, 0, { dedupe })).id).toBe(holder.id);
    }
    await on.open(id, 0);
    expect(await shared.result()).toEqual(await holder.result());
    expect((await on.echo(id, 0, { ...heir, dedupe: 'attach' })).id).toBe(holder.id);
    await expect(fleet.client.jobs.get(heir.id)).rejects.toMatchObject({ code: 'job_not_found' });
  });

  test('is taken over from an open job', async () => {
    const { id } = on.own();
    await on.hold(id, 0);
    const holder = await on.hold(id, 1);
    await on.running(holder);
    const heir = await on.echo(id, 1, { id: `${id}-heir`, dedupe: 'replace' });
    expect(await heir.result()).toMatchObject({ value: 1 });
    await expect(holder.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await fleet.marks()).toContain(`stopped-${holder.id}-1`);
    await on.open(id, 0);
    await fleet.client.sessions.close(id, { count: 2 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(reader.seen).toMatchObject([{ index: 0 }, { job: heir.id, state: 'succeeded' }]);
  });

  test('is taken over from an open job for which everybody waits', async () => {
    const { id } = on.own();
    const holder = await on.hold(id, 0);
    await on.running(holder);
    const heir = await on.echo(id, 0, { id: `${id}-heir`, dedupe: 'replace' });
    expect(await heir.result()).toMatchObject({ value: 0 });
    await expect(holder.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await releasedOf(fleet.client, id)).toMatchObject([
      { index: 0, job: heir.id, state: 'succeeded' },
    ]);
  });

  test('is taken over from a job that has ended, until it is released', async () => {
    const { id } = on.own();
    const first = await on.hold(id, 0);
    const holder = await on.echo(id, 1);
    await holder.result();
    const options = { id: `${id}-heir`, dedupe: 'replace' } as const;
    const heir = await on.submit(id, 1, 'echo', 'heir', options);
    await heir.result();
    expect(await holder.result()).toMatchObject({ value: 1 });
    await on.open(id, 0);
    await first.result();
    expect(await releasedOf(fleet.client, id)).toMatchObject([
      { index: 0, job: first.id },
      { index: 1, job: heir.id, result: { value: 'heir' } },
    ]);
    for (const index of [0, 1]) {
      const late = on.echo(id, index, { id: `${id}-late`, dedupe: 'replace' });
      await expect(late).rejects.toMatchObject({
        code: 'session_slot_taken',
        details: { isReleased: true },
      });
    }
    await expect(fleet.client.jobs.get(`${id}-late`)).rejects.toThrow();
  });
});

describe('a strict session', () => {
  let fleet: Fleet;
  let on: Sessions;
  let node: HoldfastProcess;
  beforeEach(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    on = new Sessions(fleet);
    node = await fleet.startNode('a', ['--slots', '4', '--lease', '2s']);
  });
  afterEach(() => fleet.stop());

  function span(id: string, index: number, input: { gate?: string; fails?: boolean } = {}) {
    return on.submit(id, index, 'span', { folder: fleet.folder, file: id, ...input });
  }

  /** What the handlers wrote: `start` and `end` with the job's index. */
  async function spansOf(id: string): Promise<string[]> {
    const text = await readFile(join(fleet.folder, id), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(`${id}-`, ''));
  }

  async function started(id: string, index: number, epoch = 1): Promise<void> {
    await eventually(async () => (await spansOf(id)).includes(`start ${index} ${epoch}`));
  }

  test('runs its jobs one at a time in the order of the indexes, past failures', async () => {
    const { id } = on.own();
    await fleet.client.sessions.create(id, { concurrency: 1 });
    const indexes = [0, 1, 2, 3, 4, 5];
    const jobs: JobHandle<unknown>[] = [];
    for (const index of indexes.toReversed()) {
      jobs.unshift(await span(id, index, { fails: index === 3 }));
    }
    await fleet.client.sessions.close(id, { count: indexes.length });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(statesOf(reader.seen)).toEqual(
      indexes.map((index) => `${index} ${index === 3 ? 'failed' : 'succeeded'}`),
    );
    expect(await spansOf(id)).toEqual(
      indexes.flatMap((index) => [`start ${index} 1`, `end ${index} 1`]),
    );
  });

  test('does so over the loss of a node and a restart of the orchestrator', async () => {
    const { id } = on.own();
    await fleet.client.sessions.create(id, { concurrency: 1 });
    for (const index of [4, 3, 2, 1, 0]) {
      await span(id, index, index === 1 || index === 3 ? { gate: `${id}-${index}` } : {});
    }
    await started(id, 1);
    expect((await fleet.client.jobs.get(`${id}-2`)).live).toMatchObject({
      phase: 'waiting',
      why: expect.stringContaining('waits for its turn') as string,
    });
    await fleet.startNode('b', ['--slots', '4', '--lease', '2s']);
    node.signal('SIGKILL');
    await started(id, 1, 2);
    await on.open(id, 1);
    await started(id, 3);
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    await on.open(id, 3);
    await fleet.startOrchestrator();
    await fleet.client.sessions.close(id, { count: 5 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(statesOf(reader.seen)).toEqual([0, 1, 2, 3, 4].map((index) => `${index} succeeded`));
    expect(await spansOf(id)).toEqual([
      'start 0 1',
      'end 0 1',
      'start 1 1',
      'start 1 2',
      'end 1 2',
      'start 2 1',
      'end 2 1',
      'start 3 1',
      'end 3 1',
      'start 4 1',
      'end 4 1',
    ]);
  });

  test('goes on past a job that is cancelled while it waits or runs', async () => {
    const { id } = on.own();
    await fleet.client.sessions.create(id, { concurrency: 1 });
    const jobs = [];
    for (const index of [0, 1, 2, 3]) jobs.push(await span(id, index, { gate: `${id}-${index}` }));
    await started(id, 0);
    await jobs[2]!.cancel();
    await expect(jobs[2]!.result()).rejects.toMatchObject({ code: 'job_cancelled' });
    expect(await spansOf(id)).toEqual(['start 0 1']);
    await on.open(id, 0);
    await started(id, 1);
    await jobs[1]!.cancel();
    await started(id, 3);
    await on.open(id, 3);
    await fleet.client.sessions.close(id, { count: 4 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(statesOf(reader.seen)).toEqual([
      '0 succeeded',
      '1 cancelled',
      '2 cancelled',
      '3 succeeded',
    ]);
    expect(await spansOf(id)).toEqual([
      'start 0 1',
      'end 0 1',
      'start 1 1',
      'start 3 1',
      'end 3 1',
    ]);
  });

  test('that skips passes over an index that nobody submits, and none whose job is open', async () => {
    const [strict, parallel] = [on.own().id, on.own().id];
    const gap = { skipAfter: '1s' } as const;
    await fleet.client.sessions.create(strict, { gap, concurrency: 1 });
    await fleet.client.sessions.create(parallel, { gap });
    await span(strict, 3);
    await span(strict, 1, { gate: `${strict}-1` });
    // 0 is missing.
    await started(strict, 1);
    // The other session says when the time is over.
    await on.echo(parallel, 1);
    await eventually(async () => (await fleet.client.sessions.get(parallel)).cursor === 1);
    expect(await fleet.client.sessions.get(strict)).toMatchObject({
      cursor: 0,
      gapSince: undefined,
    });
    await on.open(strict, 1);
    await fleet.client.sessions.close(strict, { count: 5 });
    const reader = followSession(fleet.client, strict);
    await reader.ended;
    expect(statesOf(reader.seen)).toEqual([
      '0 skipped',
      '1 succeeded',
      '2 skipped',
      '3 succeeded',
      '4 skipped',
    ]);
    expect(await spansOf(strict)).toEqual(['start 1 1', 'end 1 1', 'start 3 1', 'end 3 1']);
  });
});

describe('when the ledger goes away and comes back', () => {
  let ledger: RestartableLedger;
  let fleet: Fleet;
  let on: Sessions;
  let node: HoldfastProcess;
  beforeEach(async () => {
    ledger = await restartableLedger();
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
      databaseUrl: ledger.url,
    });
    on = new Sessions(fleet);
    node = await fleet.startNode('a', ['--slots', '4']);
  });
  afterEach(async () => {
    await fleet.stop();
    await ledger.drop();
  });

  test('a reader goes on where it was', async () => {
    const { id } = on.own();
    for (const index of [0, 1]) await (await on.echo(id, index)).result();
    const held = await on.hold(id, 2);
    await on.running(held);
    const reader = followSession(fleet.client, id);
    await eventually(() => reader.seen.length === 2);
    await ledger.stop();
    await on.open(id, 2);
    await on.echo(id, 3);
    const begunMeanwhile = followSession(fleet.client, id, 0);
    await fleet.logged('ledger.waiting');
    await ledger.start();
    await eventually(() => reader.seen.length === 4);
    await fleet.client.sessions.close(id, { count: 4 });
    await Promise.all([reader.ended, begunMeanwhile.ended]);
    expect(statesOf(reader.seen)).toEqual([0, 1, 2, 3].map((index) => `${index} succeeded`));
    expect(begunMeanwhile.seen).toEqual(reader.seen.slice(1));
  });

  test('the time of a gap goes on while everything is stopped', async () => {
    const { id, job } = on.own();
    const skipAfterMs = 10_000;
    await fleet.client.sessions.create(id, { gap: { skipAfter: skipAfterMs } });
    const missed = await on.hold(id, 0);
    await on.running(missed);
    await (await on.echo(id, 1)).result();
    const reader = followSession(fleet.client, id);
    const { skipAt } = await fleet.client.sessions.get(id);
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    node.signal('SIGKILL');
    await node.ended();
    await ledger.stop();
    await eventually(() => Date.now() > skipAt!.getTime());
    expect(reader.seen).toEqual([]);

    await ledger.start();
    const before = performance.now();
    await fleet.startOrchestrator();
    await eventually(() => reader.seen.length === 2);
    // Well before the time would be over if it had begun anew.
    expect(performance.now() - before).toBeLessThan(skipAfterMs);
    await fleet.startNode('b', ['--slots', '4']);
    await on.open(id, 0);
    expect(await missed.result()).toMatchObject({ epoch: 2, node: 'b' });
    await on.echo(id, 2);
    await fleet.client.sessions.close(id, { count: 3 });
    await reader.ended;
    expect(reader.seen).toMatchObject([
      { index: 0, job: undefined, state: 'skipped' },
      { index: 1, job: job(1), state: 'succeeded' },
      { index: 2, job: job(2), state: 'succeeded' },
    ]);
    expect(await missed.get()).toMatchObject({ state: 'succeeded' });
    expect(statesOf(await releasedOf(fleet.client, id))).toEqual(statesOf(reader.seen));
  });
});

/** Each line's JSON. */
function documentsOf(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** A way to a database that counts what comes from there. */
async function countingLink(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connectSocket(Number(target.port), target.hostname);
    upstream.on('data', (chunk) => (bytes += chunk.length));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    bytes: () => bytes,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
