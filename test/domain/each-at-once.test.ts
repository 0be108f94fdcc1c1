import { expect, test } from 'vitest';
import { eachAtOnce } from '../../src/domain/each-at-once.ts';

test('results come in the order of their items, and no more work is under way than allowed', async () => {
  let underWay = 0;
  let most = 0;
  const results = await eachAtOnce([5, 1, 3, 2, 4], 2, async (item) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    underWay--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});

test('nothing to do is done', async () => {
  expect(await eachAtOnce([], 2, () => Promise.reject(new Error('no')))).toEqual([]);
});

test('work that fails rejects', async () => {
  await expect(eachAtOnce([1], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
