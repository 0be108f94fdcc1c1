import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfigFault } from '../../src/config/config-fault.ts';
import type { ConfigPlace } from '../../src/config/load-config.ts';
import { inspectConfig, loadConfig } from '../../src/config/load-config.ts';
import { RETENTION_DEFAULTS } from '../../src/domain/retention.ts';
import { STORM_DEFAULTS } from '../../src/domain/storm.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

let root: string;
let cwd: string;
beforeEach(async () => {
  root = await temporaryFolder();
  cwd = join(root, 'app', 'src');
  await mkdir(cwd, { recursive: true });
});

const write = (text: string, name = 'holdfast.yaml') => writeFile(join(root, name), text);
const load = (place: ConfigPlace = {}) => loadConfig({ env: {}, cwd: root, ...place });
const inspect = (place: ConfigPlace = {}) => inspectConfig({ env: {}, cwd: root, ...place });

/** What is wrong with a file: place and message of each fault. */
async function faultsOf(text: string): Promise<string[]> {
  await write(text);
  const { faults } = await inspect();
  return faults.map(({ place, message, hint }: ConfigFault) =>
    [`${place}: ${message}`, ...(hint === undefined ? [] : [hint])].join(' | '),
  );
}

test('without a file and variables all is as by default, and frozen', async () => {
  const config = await load();
  expect(config).toMatchObject({
    ...{ file: undefined, storm: STORM_DEFAULTS, retention: RETENTION_DEFAULTS },
    ...{ resources: [], pools: {}, kinds: {}, sweep: { intervalMs: 60_000 } },
    alerts: { outboxLagMs: 60_000, sweepRecovered: 10, scheduleLag: 2 },
    orchestrator: { jobs: undefined, standby: false, tickIntervalMs: 30_000 },
    database: { url: undefined },
  });
  expect(Object.isFrozen(config) && Object.isFrozen(config.storm)).toBe(true);
});

test('a flag comes before a variable, that before the file, and that before the default', async () => {
  await write(
    'retention:\n  interval: 1m\n  closedJobs: 2d\n  fences: 100d\nstorm:\n  share: 0.25\n',
  );
  const place = {
    flags: { 'retention.interval': '3s' },
    env: { HOLDFAST_RETENTION_INTERVAL: '2s', HOLDFAST_RETENTION_CLOSED_JOBS: '3d' },
  };
  const { retention, storm } = await load(place);
  expect(retention).toEqual({
    ...{ intervalMs: 3_000, closedJobsMs: 3 * 86_400_000 },
    ...{ sessionResultsMs: RETENTION_DEFAULTS.sessionResultsMs, fencesMs: 100 * 86_400_000 },
    auditMs: 400 * 86_400_000,
  });
  expect(storm.share).toBe(0.25);
  const { settings } = await inspect(place);
  const originOf = (path: string) => settings.find((each) => each.path === path)?.origin;
  expect(originOf('retention.interval')).toEqual({ kind: 'flag', flag: '--retention-interval' });
  expect(originOf('retention.closedJobs')).toEqual({
    ...{ kind: 'variable', variable: 'HOLDFAST_RETENTION_CLOSED_JOBS' },
  });
  expect(originOf('retention.fences')).toEqual({ kind: 'file', file: 'holdfast.yaml', line: 4 });
  expect(originOf('retention.sessionResults')).toEqual({ kind: 'default' });
});

describe('the file', () => {
  test('is the nearest of the folder and those above it', async () => {
    await write('log: {level: warn}\n');
    expect(await load({ cwd })).toMatchObject({ log: { level: 'warn' } });
    await writeFile(join(root, 'app', 'holdfast.yaml'), 'log: {level: error}\n');
    expect(await load({ cwd })).toMatchObject({
      ...{ log: { level: 'error' }, file: join(root, 'app', 'holdfast.yaml') },
    });
  });

  test('is the one that is named, by a flag before HOLDFAST_CONFIG', async () => {
    await write('log: {level: warn}\n');
    await write('log: {level: error}\n', 'other.yaml');
    await write('log: {level: debug}\n', 'third.yaml');
    const env = { HOLDFAST_CONFIG: 'other.yaml' };
    expect((await load({ env })).log.level).toBe('error');
    expect((await load({ env, file: 'third.yaml' })).log.level).toBe('debug');
    await expect(load({ env: { HOLDFAST_CONFIG: 'gone.yaml' } })).rejects.toThrow(
      'HOLDFAST_CONFIG: expected a file that can be read, got "gone.yaml", which does not exist',
    );
  });

  test('may be empty, and so may its sections and values', async () => {
    for (const text of ['', '# nothing\n', 'retention:\nkinds:\nstorm: {share: }\n']) {
      await write(text);
      expect(await load()).toMatchObject({ retention: RETENTION_DEFAULTS, kinds: {} });
    }
  });

  test('holds paths from its own folder; those of variables are left as they are', async () => {
    await write('orchestrator: {jobs: jobs/all.ts}\nnode: {jobs: jobs/gpu.ts, spoolDir: late}\n');
    expect(await load({ cwd, env: { HOLDFAST_SPOOL_DIR: 'mine' } })).toMatchObject({
      orchestrator: { jobs: join(root, 'jobs/all.ts') },
      node: { jobs: join(root, 'jobs/gpu.ts'), spoolDir: 'mine' },
    });
  });

  test('says what pools have of their own: the rest is that of all pools', async () => {
    await write(
      `resources: {db-conn: 10, gpu/licences: 2}
storm: {hold: 10s}
pools:
  gpu:
    resources: {gpu-mem-gb: 64}
    storm: {share: 0.8}
`,
    );
    const flags = { resources: { 'gpu/gpu-mem-gb': 32 }, 'storm.window': '1s' };
    const config = await load({ flags });
    expect(config.resources).toEqual([
      { pool: 'gpu', name: 'gpu-mem-gb', capacity: 32 },
      { pool: undefined, name: 'db-conn', capacity: 10 },
      { pool: 'gpu', name: 'licences', capacity: 2 },
    ]);
    const ofAll = { ...STORM_DEFAULTS, holdMs: 10_000, windowMs: 1_000 };
    expect(config.storm).toEqual(ofAll);
    expect(config.pools).toMatchObject({ gpu: { storm: { ...ofAll, share: 0.8 } } });
  });

  test('says what options of kinds are, as they go to a request', async () => {
    await write(
      `kinds:
  transcribe:
    timeout: 90s
    heartbeat: lease
    retry: {maxAttempts: 5, backoff: [1s, 2m]}
    rate: {limit: 10, per: 1s}
    deadline: 2h
    resources: {gb: 8}
  reports.nightly: {priority: 5}
`,
    );
    expect((await load()).kinds).toEqual({
      transcribe: {
        ...{ timeoutMs: 90_000, liveness: 'lease', deadlineMs: 7_200_000, resources: { gb: 8 } },
        retry: { maxAttempts: 5, initialMs: 1_000, maxMs: 120_000 },
        rate: { limit: 10, windowMs: 1_000 },
      },
      'reports.nightly': { priority: 5 },
    });
  });
});

test.each([
  ['true', false],
  ['TRUE', false],
  ['1', false],
  ['Yes', false],
  ['false', true],
  ['0', true],
  ['on', true],
  ['', true],
  [' true', true],
])('ENABLE_SCHEDULER=%j: standby is %j', async (text, isStandby) => {
  const { orchestrator } = await load({ env: { ENABLE_SCHEDULER: text } });
  expect(orchestrator.standby).toBe(isStandby);
});

describe('faults', () => {
  test('are all told at once, with line, path, what was expected, what came, and the nearest key', async () => {
    const text = `retention:
  interval: 0s
  closedJob: 3d
storm: {share: 1.5, leastNodes: few}
log:
  level: inof
schedule: []
pools:
  gpu:
    storm:
      hold: soon
kinds:
  transcribe:
    retry:
      maxAttempts: 3
      backof: [1s, 2s]
    timeuot: 3s
    slots: 0
    failover:
      maxAttempts: -1
`;
    expect(await faultsOf(text)).toEqual([
      'holdfast.yaml, line 7: schedule: expected one of temporal, database, resources, storm, retention, sweep, outbox, alerts, orchestrator, node, api, health, log, pools, kinds, schedules, got "schedule" | did you mean schedules?',
      'holdfast.yaml, line 4: storm.share: expected a number from 0 to 1, got 1.5',
      'holdfast.yaml, line 4: storm.leastNodes: expected a whole number from 1, got "few"',
      'holdfast.yaml, line 3: retention.closedJob: expected one of interval, closedJobs, sessionResults, fences, audit, got "closedJob" | did you mean closedJobs?',
      'holdfast.yaml, line 2: retention.interval: expected at least 1ms, got "0s"',
      'holdfast.yaml, line 6: log.level: expected one of trace, debug, info, warn, error, fatal, silent, got "inof" | did you mean info?',
      expect.stringContaining(
        'holdfast.yaml, line 11: pools.gpu.storm.hold: expected a duration such as',
      ),
      expect.stringMatching(/line 17: kinds.transcribe.timeuot: .* \| did you mean timeout\?$/),
      'holdfast.yaml, line 20: kinds.transcribe.failover.maxAttempts: expected a whole number from 0, got -1',
      expect.stringMatching(
        /line 16: kinds.transcribe.retry.backof: .* \| did you mean backoff\?$/,
      ),
      'holdfast.yaml, line 18: kinds.transcribe.slots: expected a whole number from 1, got 0',
    ]);
    await expect(load()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(
        /^holdfast\.yaml, line 7: schedule: .* \(and 10 more\)$/,
      ) as unknown,
      hint: 'see all of them with `holdfast config check`',
    });
  });

  test.each([
    ['- a\n', 'line 1: the file: expected a mapping, got ["a"]'],
    ['retention: 7d\n', 'line 1: retention: expected a mapping, got "7d"'],
    ['a: [1\n', 'line 2: the file: expected YAML, got'],
    ['log:\n  level: info\n  level: warn\n', 'line 3: the file: expected YAML, got'],
    ['a: 1\n---\nb: 2\n', 'the file: expected YAML, got'],
    [
      'resources: {gpu/mem: 1}\npools: {gpu: {resources: {mem: 2}}}\n',
      'line 1: resources.gpu/mem: expected no second capacity: pools.gpu.resources.mem has one, got 1',
    ],
    ['kinds: {k: {pool: p}}\n', 'line 1: kinds.k.pool: expected one of timeout,'],
    ['node: {labels: {zone: 3}}\n', 'line 1: node.labels.zone: expected a text, got 3'],
  ])('of %j: %s', async (text, message) => {
    const [first] = await faultsOf(text);
    expect(first).toContain(message);
  });

  test('of a value that does not count are told all the same', async () => {
    await write('log: {level: loud}\n');
    const { faults } = await inspect({ flags: { 'log.level': 'warn' } });
    expect(faults).toHaveLength(1);
  });

  test('of a variable name the variable', async () => {
    await expect(load({ env: { HOLDFAST_STORM_NODES: 'many' } })).rejects.toThrow(
      'HOLDFAST_STORM_NODES: expected a whole number from 1, got "many"',
    );
  });
});

test('lists and mappings are read from the file, and from variables with commas between', async () => {
  await write(
    'api:\n  webUiOrigins: [https://temporal.example.com/ui]\n  oidc:\n    issuer: https://login.example.com\n' +
      '    audience: holdfast\n    roles: { admin: sre }\n    clockTolerance: 5s\n',
  );
  const { api } = await load();
  expect(api.webUiOrigins).toEqual(['https://temporal.example.com']);
  expect(api.oidc).toMatchObject({
    ...{ issuer: 'https://login.example.com', audience: 'holdfast', clockToleranceMs: 5_000 },
    ...{ roles: { admin: 'sre' }, algorithms: undefined },
  });
  const env = {
    HOLDFAST_WEB_UI_ORIGIN: 'http://127.0.0.1:8233, http://localhost:8233',
    HOLDFAST_OIDC_ROLES: 'admin=sre,operate=on call',
    HOLDFAST_OIDC_ALGORITHMS: 'ES256,EdDSA',
  };
  const { api: told } = await load({ env });
  expect(told.webUiOrigins).toEqual(['http://127.0.0.1:8233', 'http://localhost:8233']);
  expect(told.oidc.roles).toEqual({ admin: 'sre', operate: 'on call' });
  expect(told.oidc.algorithms).toEqual(['ES256', 'EdDSA']);
});

test('lists and mappings that are wrong are told with their place', async () => {
  expect(
    await faultsOf('api:\n  webUiOrigins: [ftp://here]\n  oidc:\n    roles: { boss: sre }\n'),
  ).toEqual([
    expect.stringContaining('line 2: api.webUiOrigins[0]: expected an address such as'),
    expect.stringMatching(/line 4: .*boss/),
  ]);
});
