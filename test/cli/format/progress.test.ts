import { expect, test } from 'vitest';
import { formatProgress } from '../../../dist/cli/format/progress.js';

test('a bar shows how much is done where it is known how much there is', () => {
  const half = `${'█'.repeat(12)}${'░'.repeat(12)}`;
  expect(formatProgress({ share: 0.5, text: '50 submitted' })).toBe(`${half}  50 %  50 submitted`);
  expect(formatProgress({ share: 1.02, text: 'all' })).toBe(`${'█'.repeat(24)} 100 %  all`);
  expect(formatProgress({ text: '7 submitted\n' })).toBe('7 submitted');
});
