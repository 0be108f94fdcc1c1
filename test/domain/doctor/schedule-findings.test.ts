import { expect, it } from 'vitest';
import type { ScheduleFacts } from '../../../src/domain/doctor/schedule-findings.ts';
import { scheduleFindings } from '../../../src/domain/doctor/schedule-findings.ts';

const schedule = (fields: Partial<ScheduleFacts> = {}): ScheduleFacts => ({
  name: 'nightly',
  isPaused: false,
  overdueMs: -1_000,
  trouble: undefined,
  planned: 0,
  runningStale: 0,
  ...fields,
});
const found = (...schedules: ScheduleFacts[]) =>
  scheduleFindings(schedules).map(({ severity, what }) => `${severity} ${what}`);

it('finds schedules well whose next time is to come, and names those that are paused', () => {
  expect(found(schedule(), schedule({ name: 'b', isPaused: true, overdueMs: 1e9 }))).toEqual([
    'ok 2 schedules, none is behind; paused: b',
  ]);
});

it.each([
  [
    { overdueMs: 120_000, planned: 4 },
    'problem schedule nightly is behind: its tick is overdue by 2 min 0 s, and 4 of its times wait to be started',
  ],
  [{ trouble: 'scopes failed' }, 'problem the last tick left schedule nightly out: scopes failed'],
  [{ runningStale: 2 }, 'warning 2 runs of schedule nightly open for longer than one may take'],
])('tells of %j', (fields, words) => {
  expect(found(schedule(fields))).toEqual([words]);
});
