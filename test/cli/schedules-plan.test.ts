import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runHoldfast } from './run-holdfast.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const GOOD = { spec: { every: '5m' }, now: '2026-06-03T12:02:00Z' };
const GOOD_ANSWER =
  '{"due":["2026-06-03T12:00:00Z"],"skipped":[],"skippedRanges":[],' +
  '"decidedThrough":"2026-06-03T12:00:00Z","more":false}';

async function answersTo(stdin: string): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runHoldfast(['schedules', 'plan'], { stdin });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

async function errorOf(line: string): Promise<unknown> {
  const answers = await answersTo(`${line}\n${JSON.stringify(GOOD)}\n`);
  expect(answers).toHaveLength(2);
  expect(answers[1]).toBe(GOOD_ANSWER);
  return (JSON.parse(answers[0]!) as { error: unknown }).error;
}

describe('holdfast schedules plan', () => {
  test('answers each line in order, the last one without its end too', async () => {
    const missed = {
      spec: { every: '5m', window: '10m', timezone: 'UTC', delay: '0s', dst: { gap: 'skip' } },
      now: '2026-06-03T12:02:00Z',
      decidedThrough: '2026-06-03T11:45:00Z',
      latest: { time: '2026-06-03T11:45:00Z', state: 'SUCCESS', attempt: 1, maxAttempts: 3 },
    };
    const never = { ...GOOD, decidedThrough: '2026-06-03T12:00:00.250Z', latest: null };
    const stdin = [GOOD, missed, never].map((each) => JSON.stringify(each)).join('\r\n');
    expect(await answersTo(`\uFEFF${stdin}`)).toEqual([
      GOOD_ANSWER,
      '{"due":["2026-06-03T12:00:00Z"],"skipped":[{"time":"2026-06-03T11:50:00Z",' +
        '"reason":"outside_window"},{"time":"2026-06-03T11:55:00Z","reason":"superseded"}],' +
        '"skippedRanges":[],"decidedThrough":"2026-06-03T12:00:00Z","more":false}',
      '{"due":[],"skipped":[],"skippedRanges":[],"decidedThrough":"2026-06-03T12:00:00.250Z","more":false}',
    ]);
  });

  test('counts what a long sleep skipped', async () => {
    const asked = {
      spec: { cron: '* * * * *', timezone: 'America/New_York' },
      now: '2026-06-03T12:02:00Z',
      decidedThrough: '2016-06-03T12:02:00Z',
    };
    const [answer] = await answersTo(JSON.stringify(asked));
    expect(JSON.parse(answer!)).toMatchObject({
      due: ['2026-06-03T12:02:00Z'],
      skipped: [],
      skippedRanges: [
        {
          from: '2016-06-03T12:03:00Z',
          to: '2026-06-02T12:01:00Z',
          count: 5_257_439,
          reason: 'outside_window',
        },
        { count: 1_440, reason: 'superseded' },
      ],
    });
  });

  test.each([
    ['', 'line 1, column 1', 'expected a value, got nothing'],
    ['{"spec":{}', 'line 1, column 11', 'expected a comma or }, got nothing'],
    ['5', 'document', 'expected an object, got 5'],
    ['null', 'document', 'expected an object, got null'],
    ['{"nwo":1}', 'nwo', 'expected no field but spec, now, decidedThrough, latest, got "nwo"'],
    [JSON.stringify({ now: GOOD.now }), 'spec', 'expected an object, got nothing'],
    [
      JSON.stringify({ ...GOOD, now: 'noon' }),
      'now',
      'expected a time such as "2026-06-03T12:02:00Z", got "noon"',
    ],
    [
      JSON.stringify({ ...GOOD, latest: { time: GOOD.now, state: 'SKIPPED' } }),
      'latest.state',
      'expected "SUCCESS" or "FAILED" or "RUNNING", got "SKIPPED"',
    ],
    [
      JSON.stringify({ ...GOOD, latest: { time: GOOD.now, state: 'FAILED', attempt: 0 } }),
      'latest.attempt',
      'expected a whole number from 1, got 0',
    ],
    [
      JSON.stringify({ ...GOOD, spec: { every: '5m', timezone: 'Mars/Phobos' } }),
      'spec.timezone',
      'expected a time zone such as "UTC" or "Europe/London", got "Mars/Phobos"',
    ],
    [
      JSON.stringify({ ...GOOD, spec: { cron: 'CRON_TZ=Mars/Phobos * * * * *' } }),
      'spec.cron',
      'expected a time zone such as "UTC" or "Europe/London", got "Mars/Phobos"',
    ],
    [
      JSON.stringify({ ...GOOD, spec: { cron: '0 0 31 2 *' } }),
      'spec.cron',
      'expected a cron expression with a day that some year has, got "0 0 31 2 *"',
    ],
  ])('answers the bad line %j with its error and goes on', async (line, path, message) => {
    expect(await errorOf(line)).toEqual({
      code: 'invalid_input',
      path,
      message: `${path}: ${message}`,
    });
  });

  test('holds no more of a line than a limit, and answers that it is too long', async () => {
    expect(await errorOf(`"${'x'.repeat(3_000_000)}"`)).toEqual({
      code: 'invalid_input',
      path: 'line 1',
      message: 'line 1: expected at most 1000000 characters, got "more"',
    });
  });

  test('survives brackets without end', async () => {
    expect(await errorOf('['.repeat(900_000))).toMatchObject({ code: 'invalid_input' });
    const closed = '['.repeat(400_000) + ']'.repeat(400_000);
    expect(await errorOf(closed)).toMatchObject({ code: 'invalid_input', path: 'document' });
  });

  test('answers a line before the next one comes', async () => {
    const child = spawn(process.execPath, [MAIN, 'schedules', 'plan']);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    for (let line = 0; line < 3; line++) {
      child.stdin.write(`${JSON.stringify(GOOD)}\n`);
      expect(await lines.next()).toEqual({ value: GOOD_ANSWER, done: false });
    }
    child.stdin.end();
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('ends when nobody reads any more, though the input goes on', async () => {
    const child = spawn(process.execPath, [MAIN, 'schedules', 'plan']);
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(GOOD)}\n`);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const feeding = setInterval(() => child.stdin.write(`${JSON.stringify(GOOD)}\n`), 20);
    expect(await once(child, 'close')).toEqual([0, null]);
    clearInterval(feeding);
  });
});
