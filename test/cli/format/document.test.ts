import { expect, test } from 'vitest';
import { formatDocument } from '../../../dist/cli/format/document.js';

test('a document is one line in which what is absent is null', () => {
  expect(formatDocument({ id: 'a', closedAt: undefined, list: [undefined], at: new Date(0) })).toBe(
    '{"id":"a","closedAt":null,"list":[null],"at":"1970-01-01T00:00:00.000Z"}',
  );
});
