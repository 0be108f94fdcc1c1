import { expect, test } from 'vitest';
import { formatJobList } from '../../../dist/cli/format/job-list.js';
import type { Job } from '../../../dist/domain/job.js';

const opened = new Date(2026, 7, 1, 12, 0, 0);

const JOB: Job = {
  id: 'a',
  generation: 1,
  kind: 'greet',
  pool: 'default',
  state: 'open',
  session: undefined,
  attemptCount: 0,
  failoverCount: 0,
  openedAt: opened,
  closedAt: undefined,
  error: undefined,
};

test('jobs are a table; an open one has taken as long as it is open', () => {
  const failed: Job = {
    ...JOB,
    id: 'b',
    state: 'failed',
    attemptCount: 3,
    session: { id: 's', index: 7 },
    closedAt: new Date(opened.getTime() + 1_500),
    error: { code: 'job_failed', message: 'no' },
  };
  expect(formatJobList([JOB, failed], new Date(opened.getTime() + 5_000))).toEqual([
    'ID  KIND   POOL     STATE   ATTEMPTS  OPENED               TOOK   SESSION  ERROR',
    'a   greet  default  open    -         2026-08-01 12:00:00  5.0 s  -',
    'b   greet  default  failed  3         2026-08-01 12:00:00  1.5 s  s#7      job_failed: no',
  ]);
});
