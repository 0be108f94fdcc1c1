import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runHoldfast } from './run-holdfast.ts';

const COMMANDS = [
  'dev',
  'stack',
  'orchestrator',
  'node',
  'submit',
  'jobs',
  'jobs list',
  'jobs show',
  'jobs explain',
  'jobs result',
  'jobs move',
  'jobs cancel',
  'jobs retry',
  'nodes',
  'nodes list',
  'nodes show',
  'nodes cordon',
  'nodes drain',
  'nodes enable',
  'nodes forget',
  'nodes resume',
  'sessions',
  'sessions list',
  'sessions show',
  'sessions results',
  'sessions tail',
  'sessions create',
  'sessions close',
  'schedules',
  'schedules put',
  'schedules apply',
  'schedules diff',
  'schedules export',
  'schedules reset',
  'schedules list',
  'schedules show',
  'schedules revisions',
  'schedules revert',
  'schedules edit',
  'schedules pause',
  'schedules resume',
  'schedules trigger',
  'schedules backfill',
  'schedules retry',
  'schedules history',
  'schedules preview',
  'schedules remove',
  'schedules plan',
  'outbox',
  'outbox list',
  'outbox retry',
  'outbox drop',
  'resources',
  'resources list',
  'resources set',
  'resources remove',
  'config',
  'config check',
  'config show',
  'api',
  'tokens',
  'tokens create',
  'tokens list',
  'tokens revoke',
];

test.each(COMMANDS)('holdfast %s --help prints usage and examples on stdout', async (command) => {
  const { exitCode, stdout, stderr } = await runHoldfast([...command.split(' '), '--help']);
  expect(exitCode).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toContain(`Usage: holdfast ${command}`);
  expect(stdout).toMatch(/\nExamples:\n( {2}\$ .*holdfast .+\n)+$/);
});

test('help fits a terminal of 80 columns, but for command lines', async () => {
  for (const command of ['', ...COMMANDS]) {
    const { stdout } = await runHoldfast([...command.split(' ').filter(Boolean), '--help']);
    const lines = stdout.split('\n').filter((line) => !line.startsWith('  $ '));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  }
});

test('holdfast --help lists every command', async () => {
  const { exitCode, stdout } = await runHoldfast(['--help']);
  expect(exitCode).toBe(0);
  for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command.split(' ')[0]} `);
});

test('holdfast --version prints the version of the package', async () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const { exitCode, stdout } = await runHoldfast(['--version']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${version}\n` });
});

test.each([[], ['jobs'], ['nodes'], ['sessions'], ['schedules'], ['outbox'], ['tokens']])(
  'a command that only has subcommands prints its help on stderr and ends as a usage error: %s',
  async (...args) => {
    const { exitCode, stdout, stderr } = await runHoldfast(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: holdfast');
  },
);
