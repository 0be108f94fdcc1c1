import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { runHoldfast } from './run-holdfast.ts';
import { temporaryFolder } from './temporary-folder.ts';

let cwd: string;
beforeEach(async () => void (cwd = await temporaryFolder()));

const write = (text: string, name = 'holdfast.yaml') => writeFile(join(cwd, name), text);
const config = (args: string[], env: Record<string, string> = {}) =>
  runHoldfast(['config', ...args], { cwd, env });

const SCHEDULES = 'schedules:\n  - {name: nightly, kind: report, pool: p, cron: 0 3 * * *}\n';

test('check tells every fault on a line of its own, with hints, and ends with 3', async () => {
  await write('log: {level: loud}\nsweep: {interval: 1ms}\n' + SCHEDULES.replace('3', '99'));
  const { exitCode, stdout, stderr } = await config(['check']);
  expect(stdout.split('\n')).toEqual([
    'holdfast.yaml, line 2: sweep.interval: expected at least 1s, got "1ms"',
    'holdfast.yaml, line 1: log.level: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
    expect.stringMatching(/^holdfast\.yaml, line 4: cron: expected/),
    '',
  ]);
  expect(stderr).toContain('error invalid_input: holdfast.yaml has 3 faults\n');
  expect(exitCode).toBe(3);
});

test('check of a file that is right says what it holds, and without one that there is none', async () => {
  expect(await config(['check'])).toMatchObject({
    ...{ exitCode: 0, stderr: '' },
    stdout: 'no holdfast.yaml in this folder or above it; the environment is right\n',
  });
  await write(`log: {level: warn}\nkinds: {report: {timeout: 5m}}\n${SCHEDULES}`, 'mine.yaml');
  expect(await config(['check', 'mine.yaml'])).toMatchObject({
    ...{ exitCode: 0, stdout: 'mine.yaml is right: 2 settings, 1 schedules\n' },
  });
  const json = await config(['check', 'mine.yaml', '--json']);
  expect(JSON.parse(json.stdout)).toEqual({ file: 'mine.yaml', isRight: true, faults: [] });
});

test('show tells every value and where it came from, and no password', async () => {
  await write(
    `database: {url: "postgres://ada:secret@db/h"}
retention:
  closedJobs: 2d
pools: {gpu: {resources: {gb: 64}}}
kinds: {report: {retry: {maxAttempts: 5}}}
${SCHEDULES}`,
  );
  const env = { TEMPORAL_NAMESPACE: 'prod', HOLDFAST_STORM_HOLD: '5s' };
  const { exitCode, stdout, stderr } = await config(['show', '--temporal-address', 't:1'], env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const row = (path: string) => stdout.split('\n').find((line) => line.startsWith(`${path} `));
  const cells = (path: string) => row(path)?.split(/ {2,}/);
  expect(cells('temporal.address')).toEqual(['temporal.address', 't:1', '--temporal-address']);
  expect(cells('temporal.namespace')).toEqual(['temporal.namespace', 'prod', 'TEMPORAL_NAMESPACE']);
  expect(cells('database.url')?.slice(1)).toEqual(['postgres://ada:***@db/h', 'holdfast.yaml:1']);
  expect(cells('retention.closedJobs')?.slice(1)).toEqual(['2d', 'holdfast.yaml:3']);
  expect(cells('retention.fences')?.slice(1)).toEqual(['90d', 'default']);
  expect(cells('storm.hold')?.slice(1)).toEqual(['5s', 'HOLDFAST_STORM_HOLD']);
  expect(cells('pools.gpu.resources.gb')?.slice(1)).toEqual(['64', 'holdfast.yaml:4']);
  expect(cells('kinds.report.retry')?.slice(1)).toEqual(['{"maxAttempts":5}', 'holdfast.yaml:5']);
  expect(cells('schedules.nightly')?.slice(1)).toEqual(['runs report', 'holdfast.yaml:7']);
  expect(cells('node.slots')?.slice(1)).toEqual(['(one for each CPU)', 'default']);
  const json = await config(['show', '--json'], env);
  expect(json.stdout).not.toContain('secret');
  expect(JSON.parse(json.stdout)).toMatchObject({
    file: 'holdfast.yaml',
    settings: expect.arrayContaining([
      {
        ...{ path: 'retention.closedJobs', value: '2d' },
        origin: { kind: 'file', file: 'holdfast.yaml', line: 3 },
      },
    ]) as unknown,
    schedules: [{ name: 'nightly', place: 'holdfast.yaml, line 7' }],
  });
});

test('a command with a configuration that is wrong tells the first fault and how to see all', async () => {
  await write('log: {levl: warn}\nstorm: {share: 2}\n');
  const { exitCode, stderr } = await runHoldfast(['jobs', 'list'], { cwd });
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    'error invalid_input: holdfast.yaml, line 2: storm.share: expected a number from 0 to 1, got 2 (and 1 more)\n' +
      'hint: see all of them with `holdfast config check`\n',
  );
});
