import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import { runHoldfast } from './run-holdfast.ts';
import { temporaryFolder } from './temporary-folder.ts';

let fleet: Fleet;
let env: Record<string, string>;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  fleet = await Fleet.start({ temporalAddress });
  const { namespace, databaseUrl } = fleet;
  env = {
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: databaseUrl,
  };
});
afterAll(() => fleet.stop());

/** A served API, with the lines that it logged. */
async function serve(...flags: string[]) {
  const lines: Record<string, unknown>[] = [];
  const process = HoldfastProcess.start({
    args: ['api', '--port', '0', '--log-format', 'json', ...flags],
    env,
    onLog: (line) => lines.push({ ...line }),
  });
  const started = await eventually(() => {
    if (!process.isRunning) throw new Error(process.lastLines);
    return lines.find(({ msg }) => msg === 'api.started');
  });
  return { process, url: String(started['url']), asks: started['asksForTokens'], lines };
}

test('the document is printed without any server', async () => {
  const { exitCode, stdout } = await runHoldfast(['api', '--print-openapi']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ openapi: '3.1.0', info: { title: 'Holdfast' } });
});

test('access is off on loopback without tokens, and the log says so', async () => {
  const { process, url, asks, lines } = await serve();
  try {
    expect(asks).toBe(false);
    await eventually(() => lines.some(({ msg }) => String(msg).startsWith('access is off')));
    expect((await fetch(`${url}/v1/nodes`)).status).toBe(200);
    const foreign = await fetch(`${url}/v1/nodes`, { headers: { origin: 'http://evil.example' } });
    expect(foreign.status).toBe(403);
    expect((await fetch(`${url}/docs`)).headers.get('content-type')).toContain('text/html');
  } finally {
    await process.stop();
  }
});

test('access is never off elsewhere', async () => {
  const ended = await runHoldfast(['api', '--no-auth', '--host', '0.0.0.0'], { env });
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toContain('loopback');
});

test('tokens are created, listed, asked for and revoked', async () => {
  const run = (...args: string[]) =>
    runHoldfast(['tokens', ...args], { env: { DATABASE_URL: env['DATABASE_URL']! } });
  expect(await run('list')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'no tokens\n' });
  const made = await run('create', 'ci', '--role', 'read');
  expect(made).toMatchObject({ exitCode: 0 });
  expect(made.stdout).toMatch(/^hf_[\w-]{43}\n$/);
  expect(made.stderr).not.toContain(made.stdout.trim());
  expect(await run('create', 'ci', '--role', 'read')).toMatchObject({ exitCode: 5, stdout: '' });
  expect(await run('create', 'x')).toMatchObject({ exitCode: 2 });
  expect(await run('create', 'x', '--role', 'root')).toMatchObject({ exitCode: 2 });
  expect(await run('create', 'x', '--role', 'read', '--expires', 'soon')).toMatchObject({
    exitCode: 3,
  });
  const listed = await run('list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ tokens: [{ name: 'ci', role: 'read' }] });
  expect(listed.stdout).not.toContain(made.stdout.trim());

  const { process, url, asks } = await serve();
  try {
    expect(asks).toBe(true);
    const headers = { authorization: `Bearer ${made.stdout.trim()}` };
    expect((await fetch(`${url}/v1/nodes`)).status).toBe(401);
    expect((await fetch(`${url}/v1/nodes`, { headers })).status).toBe(200);
    const refused = await fetch(`${url}/v1/jobs/x/retry`, { method: 'POST', headers });
    expect(refused.status).toBe(403);
    expect(await run('revoke', 'ci')).toMatchObject({ exitCode: 0 });
    expect(await run('revoke', 'ci')).toMatchObject({ exitCode: 4 });
    await eventually(async () => (await fetch(`${url}/v1/nodes`, { headers })).status === 401);
  } finally {
    await process.stop();
  }
  expect((await run('list')).stdout).toMatch(/^ID +NAME .*\n.* ci +read +revoked /);
});

test('a reload merges the configured file as it is now, and says why it cannot', async () => {
  const file = join(await temporaryFolder(), 'holdfast.yaml');
  const write = (text: string) => writeFile(file, text);
  await write('schedules:\n- name: nightly\n  kind: report\n  pool: p\n  cron: 0 2 * * *\n');
  const { process, url } = await serve('--no-auth', '--config', file);
  const reload = async () => {
    const path = '/api/v1/scheduler/jobs/actions/reload';
    const response = await fetch(`${url}${path}`, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  try {
    expect(await reload()).toMatchObject({
      status: 200,
      body: { message_code: 'SUCCESS', message: '1 created', schedules: [{ name: 'nightly' }] },
    });
    await fleet.client.schedules.edit('nightly', { cron: '0 3 * * *' });
    await write(
      'schedules:\n- name: nightly\n  kind: report\n  pool: p\n  cron: 0 2 * * *\n  priority: 1\n',
    );
    expect((await reload()).body).toMatchObject({
      schedules: [{ kind: 'changed', kept: [{ field: 'cron' }], changes: [{ field: 'priority' }] }],
    });
    await write(
      'schedules:\n- name: nightly\n  kind: report\n  pool: p\n  cron: 0 4 * * *\n  priority: 1\n',
    );
    expect(await reload()).toMatchObject({
      status: 409,
      body: {
        message_code: 'CONSTRAINT_VIOLATION',
        code: 'schedule_conflict',
        details: { schedules: [{ conflicts: [{ field: 'cron' }] }] },
      },
    });
    await write('schedules:\n- name: nightly\n');
    const wrong = await reload();
    expect(wrong).toMatchObject({ status: 409, body: { code: 'invalid_input' } });
    expect(wrong.body['message']).toContain('holdfast.yaml');
  } finally {
    await process.stop();
  }
});

test('a stream that is open ends with the process', async () => {
  const { process, url } = await serve('--no-auth');
  await fleet.client.sessions.create('open');
  const response = await fetch(`${url}/v1/sessions/open/tail`);
  const reading = response.text();
  await process.stop();
  await expect(reading).resolves.toContain(': stream');
});
