import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

// An orchestrator and no node: a slot is filled by the cancellation of its job.
let fleet: Fleet;
let env: Record<string, string>;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  fleet = await Fleet.start({ temporalAddress });
  env = {
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: fleet.namespace,
    DATABASE_URL: fleet.databaseUrl,
  };
});

afterAll(() => fleet.stop());

/** Names of the test's own: the ledger is shared. */
function own(name: string): string {
  return `${fleet.namespace}-${name}`;
}

async function run(...args: string[]) {
  return runHoldfast(args, { env });
}

async function submit(session: string, index: number, id: string, ...more: string[]) {
  const slot = ['--session', session, '--index', String(index)];
  return run('submit', 'greet', '--pool', own('pool'), '--id', id, ...slot, ...more);
}

test('a session is created, filled, read and closed', async () => {
  const session = own('life');
  expect(await run('sessions', 'create', session, '--skip-after', '1h')).toEqual({
    exitCode: 0,
    stdout: `${session}\n`,
    stderr: '',
  });
  const other = await run('sessions', 'create', session, '--strict');
  expect(other).toMatchObject({ exitCode: 5, stdout: '' });
  expect(other.stderr).toContain('error session_exists: ');

  expect((await submit(session, 0, own('a'))).exitCode).toBe(0);
  await run('jobs', 'cancel', own('a'));
  await run('jobs', 'result', own('a'));
  const results = await run('sessions', 'results', session);
  expect(results).toMatchObject({ exitCode: 0, stderr: '' });
  expect(results.stdout).toMatch(/^ {5}0 {2}cancelled {2}.+job_cancelled: .+\n$/);

  const closed = await run('sessions', 'close', session, '--count', '1');
  expect(closed).toEqual({ exitCode: 0, stdout: `session ${session} has ended\n`, stderr: '' });
  const tail = await run('sessions', 'tail', session, '--json');
  expect(tail).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(tail.stdout)).toMatchObject({ index: 0, job: own('a'), state: 'cancelled' });
  const shown = await run('sessions', 'show', session);
  expect(shown.stdout).toMatch(/\nslots +1 taken, 1 filled, 1 released\n/);
  const list = await run('sessions', 'list', '--state', 'ended', '--limit', '1000', '--json');
  const { sessions } = JSON.parse(list.stdout) as { sessions: { id: string }[] };
  expect(sessions.map(({ id }) => id)).toContain(session);

  const beyond = await submit(session, 1, own('beyond'));
  expect(beyond).toMatchObject({ exitCode: 5, stdout: '' });
  expect(beyond.stderr).toContain('error session_ended: ');
  const ahead = await run('sessions', 'tail', session, '--after', '5');
  expect(ahead).toMatchObject({ exitCode: 3, stdout: '' });
});

test('a place that another job holds is refused, shared or taken over, as asked', async () => {
  const session = own('place');
  const [holder, other] = [own('holder'), own('other')];
  await submit(session, 0, holder);
  await expect
    .poll(async () => (await run('jobs', 'show', holder, '--json')).stdout, { timeout: 30_000 })
    .toContain('"phase":"queued"');

  const refused = await submit(session, 0, other);
  expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
  expect(refused.stderr).toContain(`index 0 of session ${session} belongs to job ${holder} (open)`);
  expect((await submit(session, 0, other, '--dedupe', 'attach')).stdout).toBe(`${holder}\n`);
  expect((await submit(session, 0, holder)).stdout).toBe(`${holder}\n`);

  // What is behind an index that is not filled is not released, so it can be replaced.
  await submit(session, 1, own('behind'));
  await expect
    .poll(async () => (await run('jobs', 'show', own('behind'), '--json')).stdout, {
      timeout: 30_000,
    })
    .toContain('"phase":"queued"');
  const taken = await submit(session, 1, own('heir'), '--dedupe', 'replace');
  expect(taken).toEqual({ exitCode: 0, stdout: `${own('heir')}\n`, stderr: '' });
  expect((await run('jobs', 'show', own('behind'))).stdout).toMatch(/\nstate +cancelled\n/);
  for (const id of [holder, own('heir')]) {
    await run('jobs', 'cancel', id);
    await run('jobs', 'result', id);
  }
  const { stdout } = await run('sessions', 'results', session, '--json');
  const jobs = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { job: string }).job);
  expect(jobs).toEqual([holder, own('heir')]);
  const late = await submit(session, 0, own('late'), '--dedupe', 'replace');
  expect(late).toMatchObject({ exitCode: 5, stdout: '' });
  expect(late.stderr).toContain('cannot be replaced');
});

test('a tail that is stopped ends in order', async () => {
  const session = own('tail');
  await submit(session, 0, own('first'));
  await run('jobs', 'cancel', own('first'));
  await run('jobs', 'result', own('first'));
  const child = spawn(process.execPath, [MAIN, 'sessions', 'tail', session], {
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [exitCode] = (await once(child, 'close')) as [number | null];
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('a tail prints a document a line, and ends in order when nobody reads it any more', async () => {
  const session = own('long');
  await run('sessions', 'create', session, '--skip-after', '1ms');
  const closed = await run('sessions', 'close', session, '--count', '20000');
  expect(closed.stdout).toMatch(
    /^session \S+ (has ended|ends behind index 19999; released so far: nothing)\n$/,
  );
  const all = await run('sessions', 'tail', session, '--after', '-1', '--json');
  expect(all).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = all.stdout.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
    Array.from({ length: 20_000 }, (_, index) => index),
  );
  for (const command of ['tail', 'results']) {
    const child = spawn(process.execPath, [MAIN, 'sessions', command, session], {
      env: { ...process.env, ...env },
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  }
});

test('a session that nobody knows ends with exit code 4', async () => {
  for (const command of ['show', 'results', 'tail']) {
    expect(await run('sessions', command, own('nope'))).toMatchObject({ exitCode: 4, stdout: '' });
  }
});
