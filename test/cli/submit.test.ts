import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { writeDevServers } from '../../dist/cli/dev-servers.js';
import { runHoldfast } from './run-holdfast.ts';
import { temporaryFolder } from './temporary-folder.ts';

const cwd = fileURLToPath(new URL('./fixtures/', import.meta.url));
// Nothing listens on the first port.
const NOWHERE = '127.0.0.1:1';
const env = { TEMPORAL_ADDRESS: NOWHERE, DATABASE_URL: `postgres://me:secret@${NOWHERE}/jobs` };

test('an unknown kind tells the kinds of the file and the nearest one', async () => {
  expect(await runHoldfast(['submit', 'gret', '--jobs', 'handlers.mjs'], { cwd, env })).toEqual({
    exitCode: 3,
    stdout: '',
    stderr:
      'error unknown_kind: kind: expected one of greet, transcribe (handlers.mjs), got "gret"\n' +
      'hint: did you mean "greet"?\n',
  });
});

test('a kind like no other is to be defined', async () => {
  const args = ['submit', 'resize', '--jobs', 'handlers.mjs', '--json'];
  const { exitCode, stdout, stderr } = await runHoldfast(args, { cwd, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'unknown_kind',
      message: 'kind: expected one of greet, transcribe (handlers.mjs), got "resize"',
      hint: 'define it in handlers.mjs',
      details: { kind: 'resize', kinds: ['greet', 'transcribe'] },
    },
  });
});

test('a handler file that is not there is named', async () => {
  const { exitCode, stderr } = await runHoldfast(['submit', 'k', '--jobs', 'nope.ts'], {
    cwd,
    env,
  });
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    'error handler_file_failed: handler file nope.ts: there is no such file\n' +
      'hint: give the path of a .js or .ts file\n',
  );
});

test('a handler file that does not load is named, with the reason', async () => {
  const args = ['submit', 'k', '--jobs', 'broken-handlers.mjs'];
  const { exitCode, stderr } = await runHoldfast(args, { cwd, env });
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    'error handler_file_failed: handler file broken-handlers.mjs: TypeError: no such luck\n' +
      'hint: run it alone with node to see where it fails\n',
  );
});

test('bad JSON is refused before anything is asked of a server', async () => {
  const args = ['submit', 'greet', '--jobs', 'handlers.mjs', '--input', '{name:Ada}'];
  expect(await runHoldfast(args, { cwd, env })).toEqual({
    exitCode: 3,
    stdout: '',
    stderr:
      'error invalid_input: --input, column 2: expected a name in double quotes or }, got "name:Ada}"\n' +
      'hint: put the JSON in single quotes, so that the shell leaves it alone, or use --input @file\n',
  });
});

test('with no server named and no holdfast dev about, it says what to set', async () => {
  const empty = await temporaryFolder();
  expect(await runHoldfast(['submit', 'k', '--pool', 'p'], { cwd: empty })).toEqual({
    exitCode: 3,
    stdout: '',
    stderr:
      'error invalid_input: DATABASE_URL: expected the address of the ledger, got nothing\n' +
      'hint: set DATABASE_URL=postgres://user:password@host:5432/database, or database.url in holdfast.yaml; `holdfast dev` prints one\n',
  });
});

test('a database that is down ends it with exit code 10, without the password', async () => {
  const { exitCode, stdout, stderr } = await runHoldfast(['submit', 'k', '--pool', 'p'], {
    cwd,
    env,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 10, stdout: '' });
  expect(stderr).toBe(
    `error ledger_unavailable: ledger at postgres://me:***@${NOWHERE}/jobs: connect ECONNREFUSED ${NOWHERE}\n` +
      'hint: is PostgreSQL up? `holdfast dev` starts an embedded one\n',
  );
});

test('what a holdfast dev of a folder above says is where it connects', async () => {
  const root = await temporaryFolder();
  const below = join(root, 'below');
  await mkdir(join(root, '.holdfast'));
  await mkdir(below);
  await writeDevServers(join(root, '.holdfast'), {
    pid: process.pid,
    temporal: { address: NOWHERE, namespace: 'default' },
    databaseUrl: 'postgres://from-dev-json@127.0.0.1:1/x',
    webUi: null,
  });
  const { exitCode, stderr } = await runHoldfast(['jobs', 'list'], { cwd: below });
  expect(exitCode).toBe(10);
  expect(stderr).toContain('postgres://from-dev-json@127.0.0.1:1/x');
});

test('a Temporal that is down ends a node with exit code 9', async () => {
  const args = ['node', '--pool', 'default', '--jobs', 'handlers.mjs', '--log-level', 'error'];
  const { exitCode, stdout, stderr } = await runHoldfast(args, { cwd, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '' });
  expect(stderr).toMatch(
    /^error temporal_unavailable: Temporal at 127\.0\.0\.1:1, namespace default: .+\nhint: is the server up\? .+\n$/,
  );
});

test('a Temporal that is down ends an orchestrator with exit code 9', async () => {
  const { exitCode, stdout, stderr } = await runHoldfast(['orchestrator'], {
    env: { TEMPORAL_ADDRESS: NOWHERE, DATABASE_URL: inject('databaseUrl') },
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '' });
  expect(stderr).toMatch(
    /^error temporal_unavailable: Temporal at 127\.0\.0\.1:1, .+\nhint: .+\n$/,
  );
});
