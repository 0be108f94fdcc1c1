import { expect, test } from 'vitest';
import { runHoldfast } from './run-holdfast.ts';

const CASES: [title: string, args: string[], message: string, hint: string][] = [
  ['an unknown command', ['sbmit'], "unknown command 'sbmit'", 'did you mean submit?'],
  ['an unknown subcommand', ['jobs', 'lst'], "unknown command 'lst'", 'did you mean list?'],
  [
    'an unknown option',
    ['submit', 'k', '--poool', 'p'],
    "unknown option '--poool'",
    'did you mean --pool?',
  ],
  [
    'a missing argument',
    ['submit'],
    "missing required argument 'kind'",
    'see `holdfast submit --help`',
  ],
  [
    'a missing option',
    ['node', '--pool', 'p'],
    '--jobs: expected a value, got nothing',
    'give --jobs, or node.jobs in holdfast.yaml',
  ],
  [
    'an option without its value',
    ['jobs', 'list', '--pool'],
    "option '--pool <pool>' argument missing",
    'see `holdfast jobs list --help`',
  ],
  [
    'too many arguments',
    ['jobs', 'show', 'a', 'b'],
    "too many arguments for 'show'. Expected 1 argument but got 2",
    'see `holdfast jobs show --help`',
  ],
  [
    'a word that is no choice',
    ['jobs', 'list', '--state', 'opne'],
    '--state: expected one of open, succeeded, failed, cancelled, got "opne"',
    'did you mean open?',
  ],
  [
    'a number that is none',
    ['node', '--slots', 'two'],
    '--slots: expected a whole number from 1, got "two"',
    'for example --slots 10',
  ],
  [
    'a number that is too small',
    ['jobs', 'list', '--limit', '0'],
    '--limit: expected a whole number from 1, got "0"',
    'for example --limit 10',
  ],
  [
    'a label that is none',
    ['submit', 'k', '--pool', 'p', '--label', 'a100'],
    '--label: expected name=value, got "a100"',
    'for example --label gpu=a100',
  ],
  [
    'what becomes of a pin without one',
    ['submit', 'k', '--pool', 'p', '--on-offline', 'fail'],
    '--pin: expected a node beside --on-offline, got nothing',
    '--on-offline says what becomes of a job that is pinned to a node',
  ],
  [
    'a word that is no heartbeat',
    ['submit', 'k', '--pool', 'p', '--heartbeat', 'leese'],
    '--heartbeat: expected a duration such as "500ms", "60s", "5m", "1h" or "7d", got "leese"',
    'write a whole number followed by ms, s, m, h or d',
  ],
  [
    'a drain without a reason',
    ['nodes', 'drain', 'n'],
    "required option '--reason <text>' not specified",
    'see `holdfast nodes drain --help`',
  ],
  [
    'a move to nowhere',
    ['jobs', 'move', 'j'],
    '--node, --pool: expected one of them, got nothing',
    'give --node or --pool',
  ],
  [
    'a move to two places',
    ['jobs', 'move', 'j', '--node', 'n', '--pool', 'p'],
    '--node, --pool: expected one of them, got both',
    'give --node or --pool',
  ],
  [
    'jobs that wait in a state of their own',
    ['jobs', 'list', '--pending', '--state', 'open'],
    "option '--pending' cannot be used with option '--state <state>'",
    'see `holdfast jobs list --help`',
  ],
  [
    'a port that is none',
    ['dev', '--ui-port', '70000'],
    '--ui-port: expected a port from 0 to 65535, got "70000"',
    '0 means any free one',
  ],
  [
    'a duration that is none',
    ['submit', 'k', '--timeout', '5x'],
    '--timeout: expected a duration such as "500ms", "60s", "5m", "1h" or "7d", got "5x"',
    'write a whole number followed by ms, s, m, h or d',
  ],
  [
    'a kind without a pool',
    ['submit', 'k'],
    '--pool: expected the pool that runs the job, got nothing',
    'give --pool, or --jobs with the file that defines the kind',
  ],
  [
    'a session without an index',
    ['submit', 'k', '--pool', 'p', '--session', 's'],
    '--index: expected a value beside --session, got nothing',
    'a job of a session needs both --session and --index',
  ],
  [
    'an index without a session',
    ['submit', 'k', '--pool', 'p', '--index', '0'],
    '--session: expected a value beside --index, got nothing',
    'a job of a session needs both --session and --index',
  ],
  [
    'a horizon that is none',
    ['submit', 'k', '--pool', 'p', '--horizon', 'ever'],
    '--horizon: expected a duration such as "500ms", "60s", "5m", "1h" or "7d", got "ever"',
    'write a whole number followed by ms, s, m, h or d',
  ],
  [
    'a retention that is none',
    ['orchestrator', '--retention-closed-jobs', '-5m'],
    '--retention-closed-jobs: expected a duration such as ' +
      '"500ms", "60s", "5m", "1h" or "7d", got "-5m"',
    'write a whole number followed by ms, s, m, h or d',
  ],
  [
    'the end of a session without its count',
    ['sessions', 'close', 's'],
    "required option '--count <count>' not specified",
    'see `holdfast sessions close --help`',
  ],
  [
    'slots of a node that is not asked for',
    ['dev', '--slots', '2'],
    '--jobs: expected a handler file beside --slots, got nothing',
    'give --jobs to run a node as well',
  ],
];

test.each(CASES)(
  '%s is a usage error of one line and a hint',
  async (_title, args, message, hint) => {
    expect(await runHoldfast(args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error usage: ${message}\nhint: ${hint}\n`,
    });
  },
);

test('a log level in the environment that is none is an error that names the variable', async () => {
  const { exitCode, stderr } = await runHoldfast(['orchestrator'], {
    env: { HOLDFAST_LOG_LEVEL: 'inof' },
  });
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    'error invalid_input: HOLDFAST_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "inof"\n' +
      'hint: did you mean info?\n',
  );
});

test('with --json a usage error is one JSON document on stderr', async () => {
  const { exitCode, stdout, stderr } = await runHoldfast(['submit', 'k', '--poool', '--json']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'usage',
      message: "unknown option '--poool'",
      hint: 'did you mean --pool?',
      details: {},
    },
  });
});
