import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';

// An orchestrator and no node: jobs stay queued, which is all that these commands need.
let fleet: Fleet;
let env: Record<string, string>;

beforeAll(async () => {
  const servers = {
    temporalAddress: inject('temporalAddress'),
  };
  fleet = await Fleet.start(servers);
  env = {
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: fleet.namespace,
    DATABASE_URL: fleet.databaseUrl,
  };
});

afterAll(() => fleet.stop());

/** Ids and sessions of the test's own: the ledger is shared. */
function own(name: string): string {
  return `${fleet.namespace}-${name}`;
}

async function runJson(args: readonly string[]): Promise<unknown> {
  const { exitCode, stdout, stderr } = await runHoldfast([...args, '--json'], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout);
}

test('a job can be submitted, listed, shown, cancelled and asked for', async () => {
  const id = own('life');
  const session = own('session');
  const options = ['--pool', own('pool'), '--id', id, '--session', session, '--index', '0'];
  const submitted = await runHoldfast(['submit', 'greet', ...options, '--input', '{"a":1}'], {
    env,
  });
  expect(submitted).toEqual({ exitCode: 0, stdout: `${id}\n`, stderr: '' });

  expect(await runJson(['jobs', 'list', '--pool', own('pool')])).toMatchObject({
    jobs: [{ id, kind: 'greet', state: 'open' }],
    cursor: null,
  });
  const shown = await runHoldfast(['jobs', 'show', id], { env });
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toMatch(new RegExp(`^job +${id}\nkind +greet\n`));
  expect(shown.stdout).toMatch(/\ninput +\{"a":1\}\n/);

  const waited = await runHoldfast(['jobs', 'result', id, '--timeout', '300ms'], { env });
  expect(waited).toMatchObject({ exitCode: 8, stdout: '' });
  expect(waited.stderr).toContain('error result_timeout: ');

  expect(await runJson(['jobs', 'cancel', id])).toMatchObject({ id, requested: true });
  const ended = await runHoldfast(['jobs', 'result', id], { env });
  expect(ended).toMatchObject({ exitCode: 7, stdout: '' });
  expect(ended.stderr).toMatch(/^error job_cancelled: job .+\nhint: .+\n$/);
  expect(await runJson(['jobs', 'cancel', id])).toEqual({
    id,
    requested: false,
    state: 'cancelled',
  });
  expect(await runJson(['jobs', 'show', id])).toMatchObject({ id, state: 'cancelled', live: null });
  expect(await runJson(['sessions', 'results', session])).toMatchObject({
    index: 0,
    job: id,
    state: 'cancelled',
  });
});

test('an open job says why nothing happens', async () => {
  const id = own('queued');
  const submit = ['submit', 'greet', '--pool', own('empty-pool'), '--id', id];
  const submitted = { id, kind: 'greet', generation: 1, warnings: [] };
  expect(await runJson(submit)).toEqual({ ...submitted, isNew: true, holder: null });
  expect(await runJson(submit)).toMatchObject({
    ...submitted,
    isNew: false,
    holder: { id, state: 'open', generation: 1 },
  });
  await expect
    .poll(() => runJson(['jobs', 'show', id]), { timeout: 30_000 })
    .toMatchObject({
      live: { phase: 'queued', why: expect.stringContaining('no node of pool') as string },
    });
  await runJson(['jobs', 'cancel', id]);
});

test('an id that no job has ends with exit code 4', async () => {
  expect(await runHoldfast(['jobs', 'show', own('nope')], { env })).toEqual({
    exitCode: 4,
    stdout: '',
    stderr: `error job_not_found: no job has the id "${own('nope')}"\nhint: see \`holdfast jobs list\`\n`,
  });
});

test('a wait that ends first tells the id of the job with its error', async () => {
  const args = [
    'submit',
    'greet',
    '--pool',
    own('empty-pool'),
    '--wait-timeout',
    '100ms',
    '--json',
  ];
  const { exitCode, stdout, stderr } = await runHoldfast(args, { env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 8, stdout: '' });
  const { error } = JSON.parse(stderr) as { error: { code: string; details: { job: string } } };
  expect(error.code).toBe('result_timeout');
  await runJson(['jobs', 'cancel', error.details.job]);
});

test('an empty list is empty on stdout', async () => {
  expect(await runHoldfast(['jobs', 'list', '--pool', own('never')], { env })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'no such jobs\n',
  });
});

test('a reader that goes away, as head does, is no error', async () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'jobs', 'list', '--json'], {
    env: { ...process.env, ...env },
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const exitCode = await new Promise((done) => child.once('close', done));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('a namespace that is not there ends with exit code 9 and says so', async () => {
  const { exitCode, stderr } = await runHoldfast(['jobs', 'list', '--namespace', 'nope'], { env });
  expect(exitCode).toBe(9);
  expect(stderr).toMatch(
    /^error temporal_unavailable: .+namespace nope: .+not found.*\nhint: create the namespace.+\n$/,
  );
});

test('a Temporal that is down ends with exit code 9 and says where it was looked for', async () => {
  const { exitCode, stderr } = await runHoldfast(['jobs', 'list'], {
    env: { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  expect(exitCode).toBe(9);
  expect(stderr).toMatch(
    /^error temporal_unavailable: Temporal at 127\.0\.0\.1:1, .+\nhint: .+\n$/,
  );
});
