import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { storyOf } from '../../../src/client/story/story.ts';
import { historyFromJson } from '../../replay/history-json.ts';

const LIMITS = '(heartbeat 5 s, timeout 60 s)';
const BEGINNING = [
  '- submitted: is submitted by client@host: KIND in pool test',
  '- opened: is recorded in the ledger',
];
const END = ['- recorded: its end is on record in the ledger'];

/** The stories of the recorded histories, without their times. */
const STORIES: Readonly<Record<string, { kind: string; lines: readonly string[] }>> = {
  'job-succeeded': {
    kind: 'echo',
    lines: [
      ...BEGINNING,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '1 succeeded: succeeds on node a',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-retried': {
    kind: 'flaky',
    lines: [
      ...BEGINNING,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '1 failed: fails on node a: job_failed: RangeError: failure 1',
      '- backoff: waits 1 s: retry after a failure: failure 1',
      `2 dispatched: is tried again on the queue of pool test ${LIMITS}`,
      '2 started: starts on node a',
      '2 failed: fails on node a: job_failed: RangeError: failure 2',
      '- backoff: waits 2 s: retry after a failure: failure 2',
      `3 dispatched: is tried again on the queue of pool test ${LIMITS}`,
      '3 started: starts on node a',
      '3 succeeded: succeeds on node a',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-failed': {
    kind: 'fatal',
    lines: [
      ...BEGINNING,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '1 failed: fails on node a: job_failed: NonRetryableError: never again',
      ...END,
      '- closed: failed: job_failed: never again',
    ],
  },
  'job-heartbeat-lost': {
    kind: 'hold',
    lines: [
      ...BEGINNING,
      '1 dispatched: goes to the queue of pool test (heartbeat 1 s, timeout 60 s)',
      '1 started: starts on node a',
      '1 lost: is lost: no sign of node a for 1 s',
      '2 dispatched: fails over to the queue of pool test (heartbeat 1 s, timeout 60 s)',
      '2 started: starts on node b',
      '2 succeeded: succeeds on node b',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-timed-out': {
    kind: 'hold',
    lines: [
      ...BEGINNING,
      '1 dispatched: goes to the queue of pool test (heartbeat 500 ms, timeout 500 ms)',
      '1 started: starts on node a',
      '1 lost: is lost: it ran longer than 500 ms on node a',
      '2 dispatched: fails over to the queue of pool test (heartbeat 500 ms, timeout 500 ms)',
      '2 started: starts on node a',
      '2 lost: is lost: it ran longer than 500 ms on node a',
      ...END,
      '- closed: failed: failover_exhausted: 2 attempts were lost, the last by attempt_timeout',
    ],
  },
  'job-handed-back': {
    kind: 'hold',
    lines: [
      ...BEGINNING,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '1 handed_back: is handed back by node a: node a is stopping',
      `2 dispatched: goes on to the queue of pool test ${LIMITS}`,
      '2 started: starts on node b',
      '2 succeeded: succeeds on node b',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-cancelled-running': {
    kind: 'hold',
    lines: [
      ...BEGINNING,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '- cancel_asked: its end is asked for by client@host',
      '1 called_back: is called back',
      '1 cancelled: stops on node a',
      ...END,
      '- closed: was cancelled',
    ],
  },
  'job-recalled-from-a-queue': {
    kind: 'echo',
    lines: [
      '- submitted: is submitted by client@host: KIND in pool test, pinned to node a',
      BEGINNING[1]!,
      '- placed: a slot of node a is reserved for it',
      '1 dispatched: goes to node a (to start within 300 s, heartbeat 5 s, timeout 60 s)',
      '1 told: node a takes no new work',
      '1 called_back: is called back',
      '1 cancelled: stops before a node took it',
      '- placed: a slot of node b is reserved for it',
      '1 dispatched: goes to node b (to start within 5 s, heartbeat 5 s, timeout 60 s)',
      '1 started: starts on node b',
      '1 succeeded: succeeds on node b',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-moved': {
    kind: 'echo',
    lines: [
      '- submitted: is submitted by client@host: KIND in pool test, pinned to node a',
      BEGINNING[1]!,
      '- waiting: waits: node a is offline',
      '- moved: is moved to node b by client@host',
      '- placed: a slot of node b is reserved for it',
      '1 dispatched: is moved to node b (to start within 298.8 s, heartbeat 5 s, timeout 60 s)',
      '1 started: starts on node b',
      '1 succeeded: succeeds on node b',
      ...END,
      '- closed: succeeded',
    ],
  },
  'job-opened-late': {
    kind: 'echo',
    lines: [
      BEGINNING[0]!,
      '- ledger_away: the ledger does not answer (openJob): it is asked until it does',
      BEGINNING[1]!,
      `1 dispatched: goes to the queue of pool test ${LIMITS}`,
      '1 started: starts on node a',
      '1 succeeded: succeeds on node a',
      ...END,
      '- closed: succeeded',
    ],
  },
};

test.each(Object.entries(STORIES))('%s is told line by line', async (name, { kind, lines }) => {
  const story = await read(name);
  expect(story.map(({ epoch, kind: what, text }) => `${epoch ?? '-'} ${what}: ${text}`)).toEqual(
    lines.map((line) => line.replace('KIND', kind)),
  );
});

test('a story is told in the order of time, with the times of the server', async () => {
  const times = (await read('job-cancelled-running')).map(({ at }) => at.getTime());
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const [submitted] = await read('job-succeeded');
  expect(submitted?.at.toISOString()).toMatch(/^2026-11-21T16:07:19\.893Z$/);
});

test('a wait tells when it ends', async () => {
  const wait = (await read('job-retried')).find(({ kind }) => kind === 'backoff');
  expect(wait!.until!.getTime() - wait!.at.getTime()).toBe(1_000);
});

test('a job that may not run is told with the reason of the ledger', async () => {
  const texts = (await read('job-slot-taken')).map(({ text }) => text);
  expect(texts[1]).toMatch(/^may not run: the ledger answers session_slot_taken: index 0 of /);
});

async function read(name: string) {
  const file = new URL(`../../replay/histories/${name}.json`, import.meta.url);
  const { events } = historyFromJson(JSON.parse(await readFile(file, 'utf8')));
  return storyOf(events ?? []);
}
