import { expect, test } from 'vitest';
import type { AppliedSchedules } from '../../../src/client/schedules/apply-schedules.ts';
import { formatApplied } from '../../../src/cli/format/applied-schedules.ts';

type Outcome = AppliedSchedules['schedules'][number];

const outcome = (more: Partial<Outcome>): Outcome => ({
  ...{ name: 's', kind: 'changed', source: 'f', revision: 2, reason: undefined },
  ...{ changes: [], kept: [], conflicts: [], winner: undefined, ...more },
});
const format = (isApplied: boolean, ...schedules: Outcome[]) =>
  formatApplied({ isApplied, schedules, warnings: [] });

test('an apply is told by what it did, and who won', () => {
  const changes = [{ field: 'window', from: undefined, to: '2h' }];
  const conflicts = [{ field: 'cron', base: undefined, file: '@daily', live: '@hourly' }];
  expect(
    format(
      true,
      outcome({ changes, conflicts, winner: 'live' }),
      outcome({ name: 'same', kind: 'unchanged' }),
      outcome({ name: 'old', kind: 'removed', source: undefined }),
    ),
  ).toEqual([
    's is changed (f, revision 2)',
    '  window: - → "2h"',
    '  cron: was -, file "@daily", record "@hourly"; the record wins',
    'old is removed',
    '1 changed, 1 removed, 1 unchanged',
  ]);
});

test('what would be done is told so, and control characters do nothing', () => {
  const kept = [{ field: 'input.a\nb', file: '\u009bx', live: undefined }];
  expect(format(false, outcome({ kept, reason: 'the\nfields' }))).toEqual([
    's would be changed (f): the fields',
    '  input.a b: - is kept, edited on record; the file has " x"',
    '1 changed; nothing was changed',
  ]);
  expect(format(false)).toEqual(['no schedules; nothing was changed']);
});
