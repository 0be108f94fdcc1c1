import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';

let fleet: Fleet;
let env: Record<string, string>;
beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  fleet = await Fleet.start({ temporalAddress });
  const { namespace, databaseUrl } = fleet;
  const servers = { TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: namespace };
  env = { ...servers, DATABASE_URL: databaseUrl };
});
afterAll(() => fleet.stop());

const run = (...args: string[]) => runHoldfast(['schedules', ...args], { env });

async function file(name: string, text: string): Promise<string> {
  const path = join(fleet.folder, name);
  await writeFile(path, text);
  return path;
}

describe('files', () => {
  const GOOD = 'name: good\nkind: echo\npool: test\nevery: 1h\n';

  test('that are wrong are refused with file, line and field, and change nothing', async () => {
    const good = await file('good.yaml', GOOD);
    const bad = await file(
      'bad.yaml',
      `- {name: a, kind: k, pool: p, every: 1h}\n- name: b\n  kind: k\n  pool: p\n  cron: 0 0 31 2 *\n`,
    );
    const cases: [string[], string | RegExp][] = [
      [[good, bad], /bad\.yaml, line 5: cron: expected a cron expression with a day/],
      [[good, good], /good\.yaml, line 1: name: expected a name that .*good\.yaml, line 1 has not/],
      [
        [await file('zone.yaml', `${GOOD}timezone: Mars\n`)],
        /line 5: timezone: expected a time zone/,
      ],
      [
        [await file('wait.yaml', `${GOOD}retry:\n  backoff: [1m, 1]\n  tries: 2\n`)],
        /line 7: retry\.tries/,
      ],
      [
        [await file('none.json', '{"name": "x"}')],
        /none\.json, line 1: expected "every" or "cron"/,
      ],
      [[await file('broken.yaml', 'name: [a\n')], /broken\.yaml, line 2: expected YAML or JSON/],
      [['missing.yaml'], /missing\.yaml.*does not exist/],
    ];
    for (const [files, message] of cases) {
      const { exitCode, stderr } = await run('put', ...files);
      expect(stderr).toMatch(message);
      expect(exitCode).toBe(3);
    }
    expect(await run('list')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'no schedules\n' });
  });
});

test('a schedule is put, shown and edited, and its times are told', async () => {
  const path = await file(
    'two.yaml',
    'schedules:\n  - {name: nightly, kind: echo, pool: test, cron: "30 2 * * *", timezone: America/New_York}\n  - {name: far, kind: echo, pool: test, every: 1h, paused: true}\n',
  );
  const put = await run('put', path);
  expect(put.stdout).toBe(
    'schedule nightly is created: revision 1\nschedule far is created: revision 1\n',
  );
  expect((await run('put', path)).stdout).toContain('nightly is unchanged: revision 1');
  expect((await run('list')).stdout).toMatch(/far +echo +every 1h +paused .*\nnightly +echo +30 2/);
  expect((await run('show', 'none')).exitCode).toBe(4);

  const edited = await run('edit', 'far', '--set', 'scopes=["eu","us"]', '--revision', '1');
  expect(edited.stdout).toBe('schedule far is changed: revision 2\n');
  const stale = await run('edit', 'far', '--set', 'every=2h', '--revision', '1');
  expect(stale).toMatchObject({ exitCode: 5 });
  expect(stale.stderr).toContain('expected revision 1, got 2');
  const { revisions } = JSON.parse((await run('revisions', 'far', '--json')).stdout) as {
    revisions: { revision: number; how: string }[];
  };
  expect(revisions).toMatchObject([
    { revision: 2, how: 'edit' },
    { revision: 1, how: 'put' },
  ]);

  const from = ['--from', '2026-03-07T00:00:00Z', '--to', '2026-03-10T00:00:00Z'];
  expect((await run('preview', 'nightly', ...from)).stdout).toBe(
    [
      'TIME                  LOCAL                      CLOCK CHANGE',
      '2026-03-07T07:30:00Z  2026-03-07T02:30:00-05:00',
      '2026-03-08T07:00:00Z  2026-03-08T03:00:00-04:00  the clock has just leapt',
      '2026-03-09T06:30:00Z  2026-03-09T02:30:00-04:00',
      '',
    ].join('\n'),
  );
});

test('a schedule is backfilled and triggered', async () => {
  const backfill = ['far', '--from', '2026-06-03T10:30:00Z', '--to', '2026-06-03T12:00:00Z'];
  const dry = await run('backfill', ...backfill, '--scope', 'eu', '--dry-run');
  expect(dry.stdout).toBe('plan/far/eu/2026-06-03T11:00:00Z\nplan/far/eu/2026-06-03T12:00:00Z\n');
  expect((await run('backfill', ...backfill, '--scope', 'eu')).stdout).toBe(dry.stdout);
  expect((await run('backfill', ...backfill, '--scope', 'eu')).stderr).toBe('nothing is missing\n');
  expect((await run('trigger', 'far', '--scope', 'asia')).exitCode).toBe(3);
  expect((await run('trigger', 'far')).stdout).toMatch(
    /^plan\/far\/eu\/.+Z\nplan\/far\/us\/.+Z\n$/,
  );
  const time = ['--time', '2026-06-03T11:00:00Z', '--scope'];
  expect((await run('retry', 'far', ...time, 'eu')).exitCode).toBe(5);
  expect((await run('retry', 'far', ...time, 'us')).exitCode).toBe(4);
  const history = await run('history', 'far', '--scope', 'eu', '--until', '2026-06-04T00:00:00Z');
  expect(history.stdout).toMatch(/2026-06-03T12:00:00Z +eu .+\n2026-06-03T11:00:00Z +eu /);
});

test('a schedule is paused, resumed and removed', async () => {
  expect(await run('pause', 'nightly')).toMatchObject({ exitCode: 2 });
  expect((await run('pause', 'nightly', '--reason', 'why')).stdout).toContain('is paused');
  expect((await run('show', 'nightly')).stdout).toMatch(/paused for +why\n/);
  const resumed = await run('resume', 'nightly', '--policy', 'skip', '--json');
  expect(JSON.parse(resumed.stdout)).toMatchObject({ paused: null, resumes: { policy: 'skip' } });
  expect((await run('remove', 'nightly')).stdout).toBe('schedule nightly is removed\n');
  expect((await run('remove', 'nightly')).exitCode).toBe(4);
  expect((await run('revisions', 'nightly')).exitCode).toBe(0);
});
