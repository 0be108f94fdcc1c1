import { expect, test } from 'vitest';
import { formatJob } from '../../../dist/cli/format/job.js';
import type { JobView } from '../../../dist/client/job-view.js';

const opened = new Date(2026, 7, 1, 12, 0, 0);
const after = (ms: number): Date => new Date(opened.getTime() + ms);

const OPEN: JobView = {
  id: 'utt-42',
  generation: 1,
  kind: 'transcribe',
  pool: 'gpu',
  state: 'open',
  session: { id: 's1', index: 42 },
  attemptCount: 0,
  failoverCount: 0,
  openedAt: opened,
  closedAt: undefined,
  error: undefined,
  input: { audioUrl: 'x' },
  result: undefined,
  attempts: [
    {
      epoch: 1,
      node: 'gpu-1',
      outcome: 'lost',
      reason: 'heartbeat_timeout',
      startedAt: opened.getTime(),
      endedAt: opened.getTime() + 6_000,
    },
  ],
  results: [],
  live: {
    phase: 'running',
    waitsFor: undefined,
    why: 'runs on node gpu-2',
    since: after(6_000),
    until: undefined,
    epoch: 2,
    node: 'gpu-2',
    progress: { percent: 40 },
  },
};

test('an open job tells what it does, why, since when, where, and every attempt', () => {
  expect(formatJob(OPEN, after(10_000))).toEqual([
    'job       utt-42',
    'kind      transcribe',
    'pool      gpu',
    'session   s1, index 42',
    'state     open',
    'opened    2026-08-01 12:00:00 (10.0 s ago)',
    'phase     running',
    'why       runs on node gpu-2',
    'since     2026-08-01 12:00:06 (4.0 s ago)',
    'node      gpu-2',
    'progress  {"percent":40}',
    'input     {"audioUrl":"x"}',
    '',
    'EPOCH  NODE   OUTCOME  STARTED              ENDED                TOOK   REASON',
    '1      gpu-1  lost     2026-08-01 12:00:00  2026-08-01 12:00:06  6.0 s  heartbeat_timeout',
    '2      gpu-2  running  2026-08-01 12:00:06  -                    4.0 s',
  ]);
});

test('a job that waits tells until when', () => {
  const live = {
    ...OPEN.live,
    phase: 'waiting' as const,
    waitsFor: 'backoff' as const,
    why: 'retry after a failure: no',
    since: opened,
    until: after(30_000),
    epoch: undefined,
    node: undefined,
    progress: undefined,
  };
  expect(formatJob({ ...OPEN, attempts: [], live }, after(10_000))).toEqual(
    expect.arrayContaining([
      'phase    waiting',
      'why      retry after a failure: no',
      'until    2026-08-01 12:00:30 (in 20.0 s)',
    ]),
  );
});

test('a closed job tells how it ended and how long it was open', () => {
  const failed = {
    ...OPEN,
    state: 'failed' as const,
    closedAt: after(6_500),
    failoverCount: 3,
    error: { code: 'job_failed' as const, name: 'RangeError', message: 'too\nfar' },
    attempts: [],
    live: undefined,
  };
  const lines = formatJob(failed, after(10_000));
  expect(lines).toContain('closed     2026-08-01 12:00:06 (3.5 s ago), open for 6.5 s');
  expect(lines).toContain('failovers  3');
  expect(lines).toContain('error      job_failed: RangeError: too far');
  expect(lines.join('\n')).not.toMatch(/phase|EPOCH/);
});

test('an open job that Temporal does not know says so', () => {
  const lines = formatJob({ ...OPEN, attempts: [], live: undefined }, opened);
  expect(lines).toContain('why      Temporal does not know it');
});

test('results beside the accepted one are a table; the accepted one alone is not', () => {
  const hash = '0123456789abcdef'.repeat(4);
  const accepted = {
    epoch: 2,
    node: 'gpu-2',
    receivedAt: after(8_000),
    verdict: 'accepted' as const,
    hash,
    result: 1,
  };
  const late = { ...accepted, epoch: 1, node: undefined, verdict: 'superseded' as const };
  expect(formatJob({ ...OPEN, results: [accepted] }, opened).join('\n')).not.toContain('VERDICT');
  expect(formatJob({ ...OPEN, results: [accepted, late] }, opened).slice(-3)).toEqual([
    'EPOCH  NODE   RECEIVED             VERDICT     HASH',
    '2      gpu-2  2026-08-01 12:00:08  accepted    0123456789ab',
    '1      -      2026-08-01 12:00:08  superseded  0123456789ab',
  ]);
});

test('a job that was cleaned up says so in place of its input and result', () => {
  const pruned = { ...OPEN, state: 'succeeded' as const, attempts: [], live: undefined };
  const lines = formatJob({ ...pruned, prunedAt: after(60_000) } as JobView, after(70_000));
  expect(lines).toContain('cleaned up  2026-08-01 12:01:00 (10.0 s ago)');
  expect(lines.join('\n')).not.toMatch(/input|result/);
});
