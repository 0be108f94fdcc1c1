import { expect, test } from 'vitest';
import { drainProgress, formatDrain } from '../../../dist/cli/format/drain.js';

const attempt = (job: string) => ({ job, generation: 1, epoch: 1 });
const report = { node: 'n', ended: 'drained', finished: 2, handedBack: [], lost: [] } as const;

test('progress names the attempts that still run, but not hundreds', () => {
  expect(drainProgress('n', [], 0)).toEqual({
    share: undefined,
    text: 'node n runs nothing any more',
  });
  expect(drainProgress('n', [attempt('a')], 4)).toEqual({
    share: 0.75,
    text: 'node n still runs 1 attempt: a (epoch 1)',
  });
  const many = Array.from({ length: 7 }, (_, index) => attempt(`j${index}`));
  expect(drainProgress('n', many, 7).text).toMatch(/^node n still runs 7 attempts: j0 .+, 2 more$/);
});

test('a report says what became of the attempts', () => {
  expect(formatDrain(report)).toEqual(['node n is drained: 2 finished on it, 0 handed back']);
  expect(formatDrain({ ...report, handedBack: [attempt('a')] })).toEqual([
    'node n is drained: 2 finished on it, 1 handed back',
    'handed back: a (epoch 1)',
  ]);
  expect(formatDrain({ ...report, ended: 'lost', lost: [attempt('a')] })).toEqual([
    'node n was lost while it drained: 2 finished on it, 0 handed back',
    'lost with it: a (epoch 1)',
  ]);
  expect(formatDrain({ ...report, ended: 'enabled' })[0]).toMatch(/^node n drains no more: /);
});
