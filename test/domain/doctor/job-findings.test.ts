import { expect, it } from 'vitest';
import { jobFindings } from '../../../src/domain/doctor/job-findings.ts';

const MINUTE = 60_000;
const job = (id: string, minutes: number, why: string) => ({
  id,
  waitedMs: minutes * MINUTE,
  why,
});

it('tells of long waits once for each reason, with the job that waits longest', () => {
  const waiting = [job('a', 6, 'no node'), job('b', 30, 'full'), job('c', 9, 'no node')];
  expect(jobFindings({ waiting, hasMore: false })).toMatchObject([
    { severity: 'warning', what: 'a job waits for as long as 30 min 0 s: full' },
    {
      severity: 'warning',
      what: '2 jobs wait for as long as 9 min 0 s: no node',
      todo: expect.stringContaining('jobs explain c') as string,
    },
  ]);
});

it('finds short waits well, and says when it has not seen all', () => {
  const findings = jobFindings({ waiting: [job('a', 4, 'full')], hasMore: true });
  expect(findings.map(({ severity }) => severity)).toEqual(['ok', 'unknown']);
});

it('leaves no reason out unsaid', () => {
  const waiting = Array.from({ length: 8 }, (_, index) => job(`j${index}`, 10, `reason ${index}`));
  expect(jobFindings({ waiting, hasMore: false }).at(-1)!.what).toBe(
    '3 more reasons keep jobs waiting',
  );
});
