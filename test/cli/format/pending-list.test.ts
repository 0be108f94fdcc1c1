import { expect, test } from 'vitest';
import { formatPendingList } from '../../../dist/cli/format/pending-list.js';

test('jobs that wait are told with what for, since when and why', () => {
  const now = new Date('2026-11-21T12:10:00Z');
  const job = {
    id: 'utt-42',
    generation: 1,
    kind: 'transcribe',
    pool: 'gpu',
    waitsFor: 'node',
    node: 'gpu-1',
    since: new Date('2026-11-21T12:00:00Z'),
    until: undefined,
    why: 'node gpu-1 is offline',
  } as const;
  const lines = formatPendingList(
    [job, { ...job, id: 'utt-43', waitsFor: 'pool', node: undefined, why: 'no node' }],
    now,
  );
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^utt-42 .+ node gpu-1 .+ 10 min 0 s +- +node gpu-1 is offline$/);
  expect(lines[2]).toMatch(/^utt-43 .+ gpu +pool .+ no node$/);
});
