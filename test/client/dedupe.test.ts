import { expect, test } from 'vitest';
import type { IdAnswer } from '../../src/client/dedupe.ts';
import { answerTo, checkDedupe, DEDUPES, jobExists } from '../../src/client/dedupe.ts';

const open = { id: 'j', state: 'open', generation: 2, isOver: false } as const;
const closed = { ...open, state: 'failed' } as const;
const over = { ...closed, isOver: true } as const;

test.each<[string, typeof open | typeof closed | typeof over, IdAnswer[]]>([
  ['open', open, ['attach', 'reject', 'end_it']],
  ['closed', closed, ['attach', 'reject', 'start_next']],
  ['closed and its horizon over', over, ['start_next', 'start_next', 'start_next']],
])('of an id whose job is %s, each way has its answer', (_, holder, answers) => {
  expect(DEDUPES.map((dedupe) => answerTo(holder, dedupe))).toEqual(answers);
});

test('the error for an id that is there tells whose it is, and how that stands', () => {
  expect(jobExists(closed, 'take another')).toMatchObject({
    code: 'job_exists',
    message: 'job j exists already (failed, generation 2)',
    hint: 'take another',
    details: { holder: 'j', state: 'failed', generation: 2 },
  });
});

test('left out, it is left to the default of what is there', () => {
  expect(checkDedupe(undefined, 'dedupe')).toBeUndefined();
  expect(() => checkDedupe(null, 'dedupe')).toThrow('dedupe: expected "attach" or "reject"');
});
