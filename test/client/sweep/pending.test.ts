import { WorkflowNotFoundError } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { sweepPending } from '../../../src/client/sweep/pending.ts';
import type { SweepContext } from '../../../src/client/sweep/sweep-part.ts';
import type { CloseJob } from '../../../src/domain/activities.ts';
import type { JobRequest } from '../../../src/domain/job.ts';

const REQUEST: JobRequest = { kind: 'k', pool: 'p', input: null };
const BATCH = { strategy: 'pending', limit: 10, cursor: 'open:' } as const;

/** A ledger with these jobs open, and a Temporal that knows none. */
function contextOf(requests: Record<string, JobRequest>) {
  const jobs = Object.entries(requests).map(([id, request]) => {
    return { id, generation: 1, runId: 'r', kind: 'k', pool: 'p', session: undefined, request };
  });
  const start = vi.fn((_type: string, how: { workflowId: string }) => Promise.resolve(how));
  const closeJob = vi.fn<(close: CloseJob) => Promise<unknown>>(() =>
    Promise.resolve({ closed: { kind: 'own' } }),
  );
  const describe = () => Promise.reject(new WorkflowNotFoundError('no', 'w', undefined));
  const context = {
    leastAgeMs: 0,
    client: {
      withDeadline: (_at: number, work: () => unknown) => work(),
      workflow: { getHandle: () => ({ describe }), start },
    },
    ledger: {
      closeJob,
      waiting: () => Promise.resolve([]),
      sweep: {
        openJobs: () => Promise.resolve({ jobs, cursor: undefined }),
        startableJob: (id: string) => {
          const job = jobs.find((each) => each.id === id);
          return Promise.resolve(job && { ...job, state: 'open' });
        },
      },
    },
  } as unknown as SweepContext;
  return { context, start, closeJob };
}

it('starts a lost job again', async () => {
  const { context, start, closeJob } = contextOf({ a: REQUEST });
  expect((await sweepPending(context, BATCH)).recoveries).toHaveLength(1);
  expect(closeJob.mock.calls[0]![0].outcome).toMatchObject({ error: { code: 'job_lost' } });
  expect(start.mock.calls.map(([, { workflowId }]) => workflowId)).toEqual(['job#2/a']);
});

it('leaves a lost job on a node to the lost one that runs on each', async () => {
  const pin = { node: 'n1' };
  const { context, start, closeJob } = contextOf({
    a: { ...REQUEST, placement: 'each' },
    'a@n1': { ...REQUEST, pin },
    'b@n1': { ...REQUEST, pin },
  });
  expect((await sweepPending(context, BATCH)).recoveries).toHaveLength(3);
  const codes = closeJob.mock.calls.map(([{ jobId, outcome }]) => [
    jobId,
    outcome.state === 'cancelled' && outcome.error.code,
  ]);
  expect(Object.fromEntries(codes)).toEqual({
    a: 'job_lost',
    'a@n1': 'job_cancelled',
    'b@n1': 'job_lost',
  });
  const started = start.mock.calls.map(([, { workflowId }]) => workflowId).sort();
  expect(started).toEqual(['job#2/a', 'job#2/b@n1']);
});

it('only says so when it is dry', async () => {
  const { context, start, closeJob } = contextOf({ a: REQUEST });
  expect((await sweepPending(context, { ...BATCH, isDry: true })).recoveries).toHaveLength(1);
  expect(start).not.toHaveBeenCalled();
  expect(closeJob).not.toHaveBeenCalled();
});
