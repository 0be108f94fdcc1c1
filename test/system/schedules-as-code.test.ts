import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { AppliedSchedules, ScheduleDocument } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { Fleet } from '../support/fleet.ts';
import { scheduleDocuments } from '../support/schedule-documents.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
});
afterAll(() => fleet?.stop());

/** Runs `holdfast schedules …` in the fleet's folder. */
const run = (...args: string[]) => {
  const { namespace: TEMPORAL_NAMESPACE, databaseUrl: DATABASE_URL, folder: cwd } = fleet;
  const TEMPORAL_ADDRESS = inject('temporalAddress');
  const env = { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, DATABASE_URL };
  return runHoldfast(['schedules', ...args], { env, cwd });
};

const write = (name: string, ...schedules: readonly object[]) =>
  writeFile(join(fleet.folder, name), JSON.stringify({ schedules }));

const documentOf = async (name: string) => (await fleet.client.schedules.get(name)).document;

const nightly = (more: object = {}) => ({
  ...{ name: 'nightly', kind: 'echo', pool: fleet.pool, cron: '0 2 * * *', window: '12h' },
  ...more,
});
const hourly = (more: object = {}) => ({
  ...{ name: 'hourly', kind: 'echo', pool: fleet.pool, every: '1h', ...more },
});

describe('the story of a reload', () => {
  test('an edit on record survives an apply that does not touch it', async () => {
    await write('jobs.yaml', nightly(), hourly());
    const first = await run('apply', 'jobs.yaml');
    expect(first.stdout).toBe(
      [
        'nightly is created (jobs.yaml, revision 1)',
        'hourly is created (jobs.yaml, revision 1)',
        '2 created',
        '',
      ].join('\n'),
    );
    await fleet.client.schedules.edit('nightly', { cron: '0 4 * * *' }, { how: 'api', by: 'ann' });
    await write('jobs.yaml', nightly({ window: '6h' }), hourly());
    const dry = await run('apply', 'jobs.yaml', '--dry-run');
    expect(dry.stdout).toBe(
      [
        'nightly would be changed (jobs.yaml)',
        '  window: "12h" → "6h"',
        '  cron: "0 4 * * *" is kept, edited on record; the file has "0 2 * * *"',
        '1 changed, 1 unchanged; nothing was changed',
        '',
      ].join('\n'),
    );
    expect((await documentOf('nightly'))['window']).toBe('12h');
    expect((await run('apply', 'jobs.yaml', '--by', 'bob')).exitCode).toBe(0);
    expect(await documentOf('nightly')).toEqual(nightly({ cron: '0 4 * * *', window: '6h' }));
    const again = await run('apply', 'jobs.yaml', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      isApplied: true,
      schedules: [
        { kind: 'unchanged', revision: 3 },
        { kind: 'unchanged', revision: 1 },
      ],
    });
  });

  test('a field that was changed on both sides is a conflict, and nothing is changed', async () => {
    await write(
      'jobs.yaml',
      nightly({ window: '6h', cron: '0 3 * * *' }),
      hourly({ jitter: '5s' }),
    );
    const refused = await run('apply', 'jobs.yaml', '--json');
    expect(refused.exitCode).toBe(5);
    const [first, second] = (JSON.parse(refused.stdout) as AppliedSchedules).schedules;
    expect(first).toMatchObject({
      kind: 'conflict',
      conflicts: [{ field: 'cron', base: '0 2 * * *', file: '0 3 * * *', live: '0 4 * * *' }],
    });
    expect(second).toMatchObject({ kind: 'changed' });
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'schedule_conflict' } });
    expect(await documentOf('nightly')).toEqual(nightly({ cron: '0 4 * * *', window: '6h' }));
    expect(await documentOf('hourly')).toEqual(hourly());
    const text = await run('apply', 'jobs.yaml');
    expect(text.stdout).toContain('cron: was "0 2 * * *", file "0 3 * * *", record "0 4 * * *"');
    expect(text.stderr).toMatch(/file and record have both changed nightly: cron: nothing was/);
  });

  test('the conflict is decided by who shall win, and then it is over', async () => {
    expect((await run('apply', 'jobs.yaml', '--on-conflict', 'theirs')).exitCode).toBe(0);
    expect((await documentOf('nightly'))['cron']).toBe('0 4 * * *');
    expect((await documentOf('hourly'))['jitter']).toBe('5s');
    await write('jobs.yaml', nightly({ window: '6h', cron: '0 5 * * *' }), hourly());
    expect((await run('apply', 'jobs.yaml', '--on-conflict', 'ours')).exitCode).toBe(0);
    expect((await documentOf('nightly'))['cron']).toBe('0 5 * * *');
    expect(await documentOf('hourly')).toEqual(hourly());
    expect((await run('apply', 'jobs.yaml')).stdout).toBe('2 unchanged\n');
  });

  test('every change is a revision with who, when, by what and what it changed', async () => {
    const { stdout } = await run('revisions', 'nightly');
    expect(stdout).toMatch(/^4 .*apply jobs\.yaml +cron: "0 4 \* \* \*" → "0 5 \* \* \*"$/m);
    expect(stdout).toMatch(/^3 .*bob +apply jobs\.yaml +window: "12h" → "6h"$/m);
    expect(stdout).toMatch(/^2 .*ann +api +cron: "0 2 \* \* \*" → "0 4 \* \* \*"$/m);
    const reverted = await run('revert', 'nightly', '--to', '2');
    expect(reverted.stdout).toBe('schedule nightly is changed: revision 5\n');
    expect(await documentOf('nightly')).toEqual(nightly({ cron: '0 4 * * *' }));
    const [last] = await fleet.client.schedules.revisions('nightly');
    expect(last?.how).toBe('revert to 2');
    expect(await run('revert', 'nightly', '--to', '9')).toMatchObject({ exitCode: 3 });
  });
});

test('a file that names a schedule no longer has it pruned only when that is asked for', async () => {
  await fleet.client.schedules.put(hourly({ name: 'by-hand' }));
  await write('jobs.yaml', nightly());
  const told = await run('apply', 'jobs.yaml', '--on-conflict', 'theirs');
  expect(told.stdout).toContain('hourly would be pruned (jobs.yaml): its file names it no longer');
  expect((await run('apply', './jobs.yaml', '--prune')).stdout).toContain('hourly is removed');
  const names = (await fleet.client.schedules.list()).map(({ name }) => name);
  expect(names).toEqual(['by-hand', 'nightly']);
  const reverted = await run('revert', 'hourly', '--to', '1');
  expect(reverted.stdout).toMatch(/^schedule hourly is created: revision/);
});

test('a reset keeps a backup of what it undoes, and the backup brings it back', async () => {
  await fleet.client.schedules.pause('by-hand', { by: 'ann', reason: 'too\nlong' });
  const before = await fleet.client.schedules.export();
  const dry = await run('reset', 'jobs.yaml', '--dry-run');
  expect(dry.stdout).toContain('by-hand would be removed');
  const { stdout } = await run('reset', 'jobs.yaml');
  const backup = /^backup: (holdfast-schedules-.*\.yaml)$/m.exec(stdout)?.[1];
  expect(await fleet.client.schedules.export()).toMatchObject([{ document: nightly() }]);
  expect(await readFile(join(fleet.folder, backup!), 'utf8')).toContain('# paused by ann at 2');
  const taken = await run('reset', 'jobs.yaml', '--backup', backup!);
  expect(taken).toMatchObject({ exitCode: 3 });
  expect((await run('reset', backup!, '--backup', 'second.yaml')).exitCode).toBe(0);
  const after = await fleet.client.schedules.export();
  expect(after.map(({ document }) => document)).toEqual(before.map(({ document }) => document));
  const stale = fleet.client.schedules.reset([{ source: 'x', schedules: [] }], { from: before });
  await expect(stale).rejects.toMatchObject({ code: 'schedule_changed' });
});

test('an apply of an export changes nothing, whatever the definitions are', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `p${index}`);
  const [documents] = fc.sample(fc.tuple(...names.map((name) => scheduleDocuments(name))), 1);
  const { schedules } = fleet.client;
  const kept: ScheduleDocument[] = [];
  for (const document of documents!) {
    await schedules.diff([{ source: 'some', schedules: [document] }]).then(
      () => kept.push(document),
      () => undefined,
    );
  }
  await schedules.apply([{ source: 'some', schedules: kept }]);
  expect((await run('export', '--output', 'all.yaml')).exitCode).toBe(0);
  const diff = await run('diff', 'all.yaml', '--json');
  const { schedules: told } = JSON.parse(diff.stdout) as AppliedSchedules;
  expect(told.length).toBeGreaterThan(20);
  expect(told.filter(({ kind, kept: edits }) => kind !== 'unchanged' || edits.length > 0)).toEqual(
    [],
  );
  const applied = await run('apply', 'all.yaml');
  expect(applied.stdout).toBe(`${told.length} unchanged\n`);
});
