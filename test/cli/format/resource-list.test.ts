import { expect, test } from 'vitest';
import { formatResourceList } from '../../../src/cli/format/resource-list.ts';

test('resources are a table', () => {
  const counts = { held: 60, waiting: 2 };
  expect(
    formatResourceList([
      { name: 'gpu-mem-gb', pool: 'gpu', capacity: 64, isLimit: false, ...counts },
      { name: 'concurrency/tenant-7', pool: undefined, capacity: 4, isLimit: true, ...counts },
    ]),
  ).toEqual([
    'NAME                  POOL  CAPACITY  HELD  WAITING  KIND',
    'gpu-mem-gb            gpu   64        60    2        resource',
    'concurrency/tenant-7  -     4         60    2        limit',
  ]);
});
