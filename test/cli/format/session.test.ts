import { expect, test } from 'vitest';
import { formatSession, formatSessionList } from '../../../dist/cli/format/session.js';
import type { SessionView } from '../../../src/client/sessions.ts';

const created = new Date(2026, 7, 1, 12, 0, 0);
const after = (ms: number): Date => new Date(created.getTime() + ms);

const WAITING: SessionView = {
  id: 's1',
  skipAfterMs: 5_000,
  isStrict: true,
  cursor: 4,
  count: undefined,
  createdAt: created,
  gapSince: after(60_000),
  skipAt: after(65_000),
  endedAt: undefined,
  slots: { taken: 9, filled: 7, released: 5 },
};

const ENDED: SessionView = {
  ...WAITING,
  id: 's2',
  skipAfterMs: undefined,
  isStrict: false,
  cursor: 8,
  count: 9,
  gapSince: undefined,
  skipAt: undefined,
  endedAt: after(61_000),
};

test('a session tells its rules, where it stands, and what it waits for until when', () => {
  expect(formatSession(WAITING, after(62_000))).toEqual([
    'session     s1',
    'state       open',
    'gap         skip after 5.0 s',
    'jobs        one at a time, in order',
    'created     2026-08-01 12:00:00 (1 min 2 s ago)',
    'cursor      4',
    'count       not closed',
    'waits       for index 5, since 2026-08-01 12:01:00 (2.0 s ago)',
    'skipped at  2026-08-01 12:01:05 (in 3.0 s)',
    'slots       9 taken, 7 filled, 5 released',
  ]);
});

test('one that has released nothing says so, one that has ended says when', () => {
  expect(formatSession({ ...WAITING, cursor: -1 }, created)).toContain(
    'cursor      -1, nothing is released yet',
  );
  expect(formatSession(ENDED, after(62_000))).toContain('ended    2026-08-01 12:01:01 (1.0 s ago)');
});

test('a list of sessions is a table', () => {
  expect(formatSessionList([WAITING, { ...ENDED, endedAt: undefined }, ENDED])).toEqual([
    'ID  STATE   CURSOR  COUNT  GAP               JOBS        CREATED              WAITS SINCE          ENDED',
    's1  open    4       -      skip after 5.0 s  one by one  2026-08-01 12:00:00  2026-08-01 12:01:00  -',
    's2  closed  8       9      wait              parallel    2026-08-01 12:00:00  -                    -',
    's2  ended   8       9      wait              parallel    2026-08-01 12:00:00  -                    2026-08-01 12:01:01',
  ]);
});
