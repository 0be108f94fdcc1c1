import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spoolFolder } from '../../../src/workers/node/spool-files.ts';

describe('the folder of a node', () => {
  test.each(['gpu-1', '../../etc', 'a/b', '..', 'ü'.repeat(200), 'x'.repeat(200), 'CON', '.'])(
    'is one folder under the common one, whatever its name: %s',
    (name) => {
      const folder = spoolFolder('/spool', 'default', name);
      expect(dirname(folder)).toBe('/spool');
      expect(basename(folder)).toMatch(/^[A-Za-z0-9_-]{1,40}-[0-9a-f]{16}$/);
    },
  );

  test('is its own: another name or namespace has another one', () => {
    const keys = [
      ['default', 'a/b'],
      ['default', 'a_b'],
      ['default', 'A_b'],
      ['other', 'a_b'],
      ['default', '"],["a_b'],
    ] as const;
    const folders = keys.map(([namespace, name]) => spoolFolder('/s', namespace, name));
    expect(new Set(folders.map((folder) => folder.toLowerCase())).size).toBe(keys.length);
  });

  test('is the same at every start', () => {
    expect(spoolFolder('/s', 'default', 'gpu-1')).toBe(spoolFolder('/s', 'default', 'gpu-1'));
  });
});
