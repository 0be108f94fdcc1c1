import { expect, test } from 'vitest';
import { parseLateFile } from '../../../src/workers/node/late-file.ts';

test('a file that is not JSON is told of without a word of its text', () => {
  expect(() => parseLateFile('{"token":"secret",,')).toThrow(/^it is not JSON$/);
});
