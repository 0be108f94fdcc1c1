import type { JobHandle, SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { forget } from '../support/temporal.ts';
import { followSession, releasedOf, Sessions } from '../support/sessions.ts';

/** Temporal may take long to forget a workflow. */
const PATIENT = { timeout: 300_000 };

describe('the clean-up', PATIENT, () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    const flags = ['interval=300ms', 'closed-jobs=1s', 'session-results=1h', 'fences=1s'];
    const options = flags.map((flag) => `--retention-${flag}`);
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, options);
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '4']);
  });
  afterAll(() => fleet.stop());

  let submitted = 0;

  function submit(kind: string, input: unknown, options: SubmitOptions = {}) {
    submitted++;
    return fleet.client.jobs.submit(kind, input, { pool: fleet.pool, ...options });
  }

  /** Until it is cleaned up. */
  async function pruned(job: JobHandle<unknown>): Promise<void> {
    await eventually(async () => 'prunedAt' in (await job.get()));
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

  test('takes closed jobs off the lists, and says so of each', async () => {
    const open = await submit('hold', fleet.hold('open'));
    const done = await submit('echo', 'a secret');
    const failed = await submit('fatal', 'another secret');
    await done.result();
    await expect(failed.result()).rejects.toMatchObject({ code: 'job_failed' });
    await Promise.all([pruned(done), pruned(failed)]);
    const { jobs } = await fleet.client.jobs.list({ limit: 1000 });
    expect(jobs.map(({ id }) => id)).toContain(open.id);
    for (const { id } of [done, failed]) expect(jobs.map((job) => job.id)).not.toContain(id);
    expect(await done.get()).toMatchObject({
      state: 'succeeded',
      input: null,
      result: undefined,
      attempts: [],
      results: [{ verdict: 'accepted', epoch: 1, node: 'a', hash: expect.any(String) as string }],
      error: { code: 'result_pruned' },
    });
    for (const [{ id }, state] of [
      [done, 'succeeded'],
      [failed, 'failed'],
    ] as const) {
      const shown = await holdfast('jobs', 'show', id);
      expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
      expect(shown.stdout).toMatch(new RegExp(`\\nstate +${state}\\n`));
      expect(shown.stdout).toMatch(/\ncleaned up +20\d\d-/);
      expect(shown.stdout).not.toContain('secret');
      const { stdout } = await holdfast('jobs', 'show', id, '--json');
      expect(JSON.parse(stdout)).toMatchObject({ id, state, attempts: [] });
      expect(stdout).not.toContain('secret');
      expect((await holdfast('jobs', 'explain', id)).exitCode).toBe(0);
    }
    await fleet.open('open');
    await open.result();
  });

  test('counts what it does', async () => {
    const sum = (field: string) =>
      fleet.find('ledger.pruned').reduce((total, line) => total + Number(line[field]), 0);
    // What was closed by other tests goes first, and the words of that come later.
    await eventually(async () => (await fleet.client.jobs.list()).jobs.length === 0);
    await eventually(() => sum('jobs') === submitted);
    const before = { jobs: sum('jobs'), attempts: sum('attempts'), payloads: sum('payloads') };
    const jobs = [];
    for (const failures of [0, 1, 2]) jobs.push(await submit('flaky', { failures }));
    for (const job of jobs) await job.result();
    await Promise.all(jobs.map(pruned));
    await eventually(() => sum('jobs') === before.jobs + 3);
    expect(sum('attempts')).toBe(before.attempts + 6);
    expect(sum('payloads')).toBe(before.payloads + 3);
  });

  test('leaves an id a fence: it is never run again, and its result is told to be gone', async () => {
    const gone = { code: 'result_pruned', message: expect.any(String) as string };
    const job = await submit('echo', 'once', { id: 'once' });
    await job.result();
    await pruned(job);
    // Temporal still has it.
    expect(await (await submit('echo', 'twice', { id: 'once' })).result()).toMatchObject({
      value: 'once',
    });
    await forget(fleet.namespace, 'job/once');
    gone.message = expect.stringMatching(
      /^job once succeeded on 20\d\d-\d\d-\d\d; its result was cleaned up$/,
    ) as string;
    await expect(job.result()).rejects.toMatchObject(gone);
    const again = await submit('echo', 'twice', { id: 'once' });
    await expect(again.result()).rejects.toMatchObject(gone);
    const result = await holdfast('jobs', 'result', 'once');
    expect(result).toMatchObject({ exitCode: 6, stdout: '' });
    expect(result.stderr).toContain('error result_pruned: ');
    expect(await job.get()).toMatchObject({ state: 'succeeded', generation: 1, attempts: [] });
    expect(fleet.find('attempt.started', { job: 'once' })).toHaveLength(1);
  });

  test('drops the fence of a finite horizon, and never one of an infinite one', async () => {
    const finite = await submit('echo', 'first', { id: 'finite', horizon: '1s' });
    const forever = await submit('echo', 'first', { id: 'for-ever', horizon: 'forever' });
    const long = await submit('echo', 'first', { id: 'long', horizon: '1h' });
    for (const job of [forever, long, finite]) await job.result();
    await Promise.all([pruned(forever), pruned(long)]);
    await Promise.all(
      [finite, forever, long].map(({ id }) => forget(fleet.namespace, `job/${id}`)),
    );
    await eventually(() =>
      finite.get().then(
        () => false,
        (error: { code: string }) => error.code === 'job_not_found',
      ),
    );
    expect(fleet.find('ledger.pruned').some(({ fences }) => Number(fences) > 0)).toBe(true);
    const again = await submit('echo', 'second', { id: 'finite', horizon: '1s' });
    expect(await again.result()).toMatchObject({ value: 'second' });
    for (const { id } of [forever, long]) {
      const refused = await submit('echo', 'second', { id });
      await expect(refused.result()).rejects.toMatchObject({ code: 'result_pruned' });
      expect(fleet.find('attempt.started', { job: id })).toHaveLength(1);
    }
  });

  test('keeps what a session has not released, and for its time what it has', async () => {
    const { id, job } = on.own();
    const first = await on.hold(id, 0);
    const done = await on.echo(id, 1);
    await done.result();
    const failed = await on.submit(id, 2, 'fatal', null);
    await failed.result().catch(() => undefined);
    await Promise.all([pruned(done), pruned(failed)]);
    await on.open(id, 0);
    await first.result();
    await pruned(first);
    await fleet.client.sessions.close(id, { count: 3 });
    expect(await releasedOf(fleet.client, id)).toMatchObject([
      { index: 0, job: job(0), state: 'succeeded', result: { node: 'a' } },
      { index: 1, job: job(1), state: 'succeeded', result: { value: 1, epoch: 1 } },
      { index: 2, job: job(2), state: 'failed', error: { code: 'job_failed' } },
    ]);
  });
});

describe('the clean-up of what a session has released', PATIENT, () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    const flags = ['interval=300ms', 'closed-jobs=1s', 'session-results=1s', 'fences=1s'];
    const options = flags.map((flag) => `--retention-${flag}`);
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, options);
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '4']);
  });
  afterAll(() => fleet.stop());

  test('leaves its order, and what each index was', async () => {
    const { id, job } = on.own();
    await fleet.client.sessions.create(id, { gap: { skipAfter: '1s' } });
    await (await on.echo(id, 0, { horizon: '1s' })).result();
    await (await on.submit(id, 1, 'fatal', null)).result().catch(() => undefined);
    await (await on.echo(id, 3)).result();
    await fleet.client.sessions.close(id, { count: 4 });
    const reader = followSession(fleet.client, id);
    await reader.ended;
    expect(reader.seen.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    await forget(fleet.namespace, `job/${job(0)}`);
    await eventually(async () => {
      const items = await releasedOf(fleet.client, id);
      return items.filter(({ state }) => state === 'pruned').length === 3;
    });
    const items = [
      { index: 0, job: job(0), state: 'pruned' },
      { index: 1, job: job(1), state: 'pruned' },
      { index: 2, job: undefined, state: 'skipped' },
      { index: 3, job: job(3), state: 'pruned' },
    ];
    expect(await releasedOf(fleet.client, id)).toEqual(items);
    // The fence of its job may go: the session's slot stays taken.
    await eventually(() =>
      fleet.client.jobs.get(job(0)).then(
        () => false,
        (error: { code: string }) => error.code === 'job_not_found',
      ),
    );
    expect(await releasedOf(fleet.client, id)).toEqual(items);
    await expect(on.echo(id, 0, { id: `${id}-other` })).rejects.toMatchObject({
      code: 'session_slot_taken',
      details: { holder: job(0), isReleased: true },
    });
  });
});
