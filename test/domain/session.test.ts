import { describe, expect, it } from 'vitest';
import { checkIndex, HIGHEST_INDEX } from '../../src/domain/session.ts';

describe('checkIndex', () => {
  it.each([0, 1, HIGHEST_INDEX])('takes %i', (index) => {
    expect(checkIndex(index, 'index')).toBe(index);
  });

  it.each([-1, HIGHEST_INDEX + 1, 0.5, NaN, Infinity, '1', null, undefined])(
    'refuses %o, and names the place',
    (index) => {
      expect(() => checkIndex(index, 'session.index')).toThrow(
        /^session\.index: expected a whole number from 0 to 999999999, got /,
      );
    },
  );
});
