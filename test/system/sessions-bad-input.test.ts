import type { SessionOptions, SubmitOptions } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { Fleet } from '../support/fleet.ts';
import { releasedOf, Sessions } from '../support/sessions.ts';

const HIGHEST = 999_999_999;

describe('what a session cannot do is one clear error', () => {
  let fleet: Fleet;
  let on: Sessions;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    on = new Sessions(fleet);
    await fleet.startNode('a', ['--slots', '4']);
  });
  afterAll(() => fleet.stop());

  /** The one error of a command: exit code and what it printed. */
  async function refused(...args: string[]): Promise<{ exitCode: number | null; error: string }> {
    const { exitCode, stdout, stderr } = await runHoldfast(args, {
      env: {
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        TEMPORAL_NAMESPACE: fleet.namespace,
        DATABASE_URL: fleet.databaseUrl,
      },
    });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error \w+: .+\n(hint: .+\n)?$/);
    return { exitCode, error: stderr };
  }

  async function submitted(index: unknown): Promise<unknown> {
    const session = { id: 'bad', index } as SubmitOptions['session'];
    const options = { pool: fleet.pool, ...(session && { session }) };
    const job = await fleet.client.jobs.submit('echo', 1, options);
    return job.id;
  }

  test.each([-1, 1.5, HIGHEST + 1, 2 ** 53, 1e300, NaN, Infinity, '1', null])(
    'an index of %s',
    async (index) => {
      await expect(submitted(index)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringMatching(
          /^session\.index: expected a whole number from 0 to /,
        ) as string,
      });
      await expect(fleet.client.sessions.get('bad')).rejects.toMatchObject({
        code: 'session_not_found',
      });
    },
  );

  test.each([
    ['--index', '-1', 2],
    ['--index', '1.5', 2],
    ['--index', '', 2],
    ['--index', String(HIGHEST + 1), 3],
    ['--index', '99999999999999999999', 2],
  ])('on the command line, %s %j', async (flag, text, exitCode) => {
    const args = ['submit', 'echo', '--pool', fleet.pool, '--session', 'bad', `${flag}=${text}`];
    const { error, ...ended } = await refused(...args);
    expect(ended).toEqual({ exitCode });
    expect(error).toMatch(/index: expected a whole number from 0/);
  });

  test('the highest index is one', async () => {
    const { id } = on.own();
    await (await on.echo(id, HIGHEST)).result();
    expect((await fleet.client.sessions.get(id)).slots.filled).toBe(1);
    await fleet.client.sessions.close(id, { count: HIGHEST + 1 });
  });

  test('an index behind the end, and an end before an index', async () => {
    const { id, job } = on.own();
    await (await on.echo(id, 0)).result();
    await (await on.echo(id, 1)).result();
    for (const count of [0, 1]) {
      const early = fleet.client.sessions.close(id, { count });
      await expect(early).rejects.toMatchObject({
        code: 'session_ended',
        message: expect.stringContaining(`job ${job(1)} holds index 1`) as string,
      });
    }
    expect((await refused('sessions', 'close', id, '--count', '1')).exitCode).toBe(5);
    await fleet.client.sessions.close(id, { count: 2 });
    await fleet.client.sessions.close(id, { count: 2 });
    for (const count of [1, 3]) {
      const other = fleet.client.sessions.close(id, { count });
      await expect(other).rejects.toMatchObject({ code: 'session_ended', details: { count: 2 } });
    }
    for (const dedupe of ['reject', 'attach', 'replace'] as const) {
      await expect(on.echo(id, 2, { dedupe })).rejects.toMatchObject({
        code: 'session_ended',
        message: expect.stringContaining('index 2') as string,
      });
    }
    await expect(fleet.client.jobs.get(job(2))).rejects.toMatchObject({ code: 'job_not_found' });
    expect(await releasedOf(fleet.client, id)).toHaveLength(2);
  });

  test.each([-1, 0.5, HIGHEST + 2, '3', undefined, null])('a count of %s', async (count) => {
    const { id } = on.own();
    await fleet.client.sessions.create(id);
    const closed = fleet.client.sessions.close(id, { count: count as number });
    await expect(closed).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await fleet.client.sessions.get(id)).count).toBeUndefined();
  });

  test('a session that nobody knows', async () => {
    const notFound = { code: 'session_not_found', message: 'no session has the id "nobody"' };
    const { sessions } = fleet.client;
    await expect(sessions.get('nobody')).rejects.toMatchObject(notFound);
    await expect(sessions.close('nobody', { count: 1 })).rejects.toMatchObject(notFound);
    await expect(releasedOf(fleet.client, 'nobody')).rejects.toMatchObject(notFound);
    await expect(sessions.results('nobody')[Symbol.asyncIterator]().next()).rejects.toMatchObject(
      notFound,
    );
    for (const command of ['show', 'results', 'tail']) {
      const { exitCode, error } = await refused('sessions', command, 'nobody');
      expect(exitCode).toBe(4);
      expect(error).toContain('no session has the id "nobody"');
    }
    expect((await refused('sessions', 'close', 'nobody', '--count', '1')).exitCode).toBe(4);
  });

  test('a cursor ahead of what was released, in a session that is open or closed', async () => {
    const { id } = on.own();
    const read = (after: number, follow: boolean) =>
      fleet.client.sessions.results(id, { after, follow })[Symbol.asyncIterator]().next();
    await (await on.echo(id, 0)).result();
    await (await on.echo(id, 2)).result();
    for (const after of [1, 2, 3, 1e15]) {
      for (const follow of [true, false]) {
        await expect(read(after, follow)).rejects.toMatchObject({
          code: 'invalid_input',
          message: expect.stringContaining(
            'after: expected at most 0 (the last that session',
          ) as string,
        });
      }
    }
    for (const after of [-2, 0.5, NaN, 2 ** 53]) {
      await expect(read(after, true)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    await fleet.client.sessions.close(id, { count: 3 });
    await expect(read(2, true)).rejects.toMatchObject({ code: 'invalid_input' });
    await (await on.echo(id, 1)).result();
    expect((await read(2, true)).done).toBe(true);
    await expect(read(3, true)).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('ends at index 2') as string,
    });
    const { exitCode, error } = await refused('sessions', 'tail', id, '--after', '3');
    expect(exitCode).toBe(3);
    expect(error).toContain('after: expected at most 2');
  });

  test('rules that are none, and other rules than it has', async () => {
    const { id } = on.own();
    const bad: unknown[] = [
      { gap: 'skip' },
      { gap: null },
      { gap: {} },
      { gap: { skipAfter: 'soon' } },
      { gap: { skipAfter: -1 } },
      { gap: { skipAfter: undefined } },
      { concurrency: 0 },
      { concurrency: 2 },
      { concurrency: '1' },
    ];
    for (const options of bad) {
      const created = fleet.client.sessions.create(id, options as SessionOptions);
      await expect(created, JSON.stringify(options)).rejects.toMatchObject({
        code: 'invalid_input',
      });
    }
    await expect(fleet.client.sessions.create('')).rejects.toMatchObject({ code: 'invalid_input' });
    const rules = { gap: { skipAfter: '5s' }, concurrency: 1 } as const;
    await fleet.client.sessions.create(id, rules);
    await fleet.client.sessions.create(id, { ...rules, gap: { skipAfter: 5_000 } });
    const others: SessionOptions[] = [{}, { gap: { skipAfter: '5s' } }, { concurrency: 1 }];
    for (const options of others) {
      await expect(fleet.client.sessions.create(id, options)).rejects.toMatchObject({
        code: 'session_exists',
        message: `session ${id} exists with other rules: skips a gap after 5000 ms, one job at a time`,
      });
    }
    expect((await refused('sessions', 'create', id)).exitCode).toBe(5);
    expect((await refused('sessions', 'create', id, '--skip-after', 'soon')).exitCode).toBe(2);
  });
});
