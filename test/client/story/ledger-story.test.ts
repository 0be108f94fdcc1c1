import { expect, test } from 'vitest';
import { ledgerStory } from '../../../src/client/story/ledger-story.ts';
import type { Job } from '../../../src/index.ts';

const job: Job = {
  id: 'j',
  generation: 1,
  kind: 'k',
  pool: 'p',
  state: 'succeeded',
  session: undefined,
  attemptCount: 2,
  failoverCount: 1,
  openedAt: new Date(1_000),
  closedAt: new Date(9_000),
  error: undefined,
};

test('what the ledger knows of a job that Temporal has forgotten', () => {
  const lines = ledgerStory(job, [
    { epoch: 1, node: 'a', startedAt: 2_000, endedAt: 3_000, outcome: 'lost', reason: 'node_lost' },
    {
      epoch: 2,
      node: 'b',
      startedAt: 4_000,
      endedAt: 5_000,
      outcome: 'succeeded',
      reason: undefined,
    },
  ]);
  expect(lines.map(({ at, epoch, text }) => `${at.getTime()} ${epoch ?? '-'} ${text}`)).toEqual([
    '1000 - is recorded in the ledger',
    '2000 1 starts on node a',
    '3000 1 lost on node a: node_lost',
    '4000 2 starts on node b',
    '5000 2 succeeded on node b',
    '9000 - succeeded',
  ]);
});

test('an open job has no end, and a failed one its error', () => {
  const open = ledgerStory({ ...job, state: 'open', closedAt: undefined }, []);
  expect(open.map(({ kind }) => kind)).toEqual(['opened']);
  const error = { code: 'job_failed', message: 'no' } as const;
  expect(ledgerStory({ ...job, state: 'failed', error }, []).at(-1)?.text).toBe(
    'failed: job_failed: no',
  );
});
