import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobHandle } from 'holdfast';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { followSession, Sessions, statesOf } from '../support/sessions.ts';

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
