import { expect, test } from 'vitest';
import { formatDocument, nodeDocument } from '../../../dist/cli/format/document.js';

test('a document is one line in which what is absent is null', () => {
  expect(formatDocument({ id: 'a', closedAt: undefined, list: [undefined], at: new Date(0) })).toBe(
    '{"id":"a","closedAt":null,"list":[null],"at":"1970-01-01T00:00:00.000Z"}',
  );
});

test('the times of a node are texts, and null for never', () => {
  const mode = { mode: 'draining', reason: 'r', by: 'b', at: 1_000, deadlineAt: 2_000 } as const;
  expect(JSON.parse(formatDocument(nodeDocument({ name: 'n', mode })))).toEqual({
    name: 'n',
    mode: {
      mode: 'draining',
      reason: 'r',
      by: 'b',
      at: '1970-01-01T00:00:01.000Z',
      deadlineAt: '1970-01-01T00:00:02.000Z',
    },
  });
  const untouched = { mode: 'enabled', reason: '', by: '', at: 0 } as const;
  expect(nodeDocument({ mode: untouched })).toMatchObject({ mode: { at: null, deadlineAt: null } });
});
