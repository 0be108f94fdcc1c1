import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import type { RestartableLedger } from '../support/restartable-ledger.ts';
import { restartableLedger } from '../support/restartable-ledger.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let ledger: RestartableLedger;
let fleet: Fleet;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  ledger = await restartableLedger();
  fleet = await Fleet.start({ temporalAddress, databaseUrl: ledger.url });
  const { namespace, databaseUrl } = fleet;
  env = {
    ...process.env,
    // Those of a person at a terminal, whoever runs the tests.
    ...{ NO_COLOR: undefined, CI: undefined, TERM: 'xterm-256color' },
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: databaseUrl,
  };
});
afterAll(async () => {
  await fleet.stop();
  await ledger.drop();
});

/** A command under way, with all that it has written. */
function start(command: string, args: readonly string[]) {
  const child: ChildProcessWithoutNullStreams = spawn(command, args, { env });
  // One that a failed test leaves would watch for ever.
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { child, written, ended };
}

/** The same on a terminal of its own; what is typed goes there. */
function startOnTerminal(args: readonly string[]) {
  // A shell in between would get Ctrl-C too, and some of them die of it with a code of their own.
  const command = ['exec', process.execPath, MAIN, ...args].join(' ');
  return start('script', ['-qefc', command, '/dev/null']);
}

const documents = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { resources: { name: string; capacity: number }[] });

test('a watched list tells of changes and of a ledger that was away, and ends well with Ctrl-C', async () => {
  const args = [MAIN, 'resources', 'list', '--watch', '100ms', '--json'];
  const { child, written, ended } = start(process.execPath, args);
  await eventually(() => written.stdout === '{"resources":[]}\n');
  await fleet.client.resources.set('gpu', 1);
  await eventually(() => written.stdout.includes('"capacity":1'));

  await ledger.stop();
  await eventually(() => written.stderr.startsWith('no answer since '));
  await ledger.start();
  await eventually(() => /\nback after .+\n$/.test(written.stderr));
  await eventually(() => fleet.client.resources.set('gpu', 2).then(() => true));
  await eventually(() => written.stdout.includes('"capacity":2'));

  child.kill('SIGINT');
  expect(await ended).toBe(0);
  // Once for each change.
  const seen = documents(written.stdout).map(({ resources }) => resources[0]?.capacity);
  expect(seen).toEqual([undefined, 1, 2]);
});

test('without a server from the beginning it is an error', async () => {
  const args = [MAIN, 'jobs', 'list', '--watch', '--database-url', 'postgres://127.0.0.1:1/none'];
  const { ended, written } = start(process.execPath, args);
  expect(await ended).toBe(10);
  expect(written.stderr).toMatch(/^error ledger_unavailable: /);
});

test('on a terminal it is drawn in place, and the terminal comes back', async () => {
  await fleet.client.resources.set('gpu', 2);
  const { child, written, ended } = startOnTerminal(['resources', 'list', '--watch', '200ms']);
  await eventually(() => written.stdout.split('NAME').length > 2);
  expect(written.stdout).toContain('\u001b[?1049h');
  expect(written.stdout).toContain('every 200 ms, Ctrl-C ends it');
  child.stdin.write('\u0003');
  expect(await ended, JSON.stringify(written.stdout.slice(-1_000))).toBe(0);
  expect(written.stdout).toMatch(/\[\?1049l\s*$/);
});

test('states are in colour on a terminal only, and not against the will of whoever looks', async () => {
  await fleet.client.jobs.submit('echo', 1, { id: 'coloured', pool: 'nobody' });
  const onTerminal = async (...more: string[]) => {
    const { ended, written } = startOnTerminal(['jobs', 'list', ...more]);
    expect(await ended).toBe(0);
    return written.stdout;
  };
  const painted = '\u001b[36mopen\u001b[39m';
  expect(await onTerminal()).toContain(painted);
  expect(await onTerminal('--no-color')).toMatch(/coloured +echo +nobody +open +-/);
  expect(await onTerminal('--json')).not.toContain('\u001b');
  const piped = start(process.execPath, [MAIN, 'jobs', 'list']);
  await piped.ended;
  expect(piped.written.stdout).not.toContain('\u001b');
});
