import { expect, test } from 'vitest';
import { parseResourceKey, parseResources } from '../../src/domain/resource.ts';

test('a key names a resource of the fleet, or one of a pool', () => {
  expect(parseResourceKey('gb', 'x')).toEqual({ name: 'gb', pool: undefined });
  expect(parseResourceKey('gpu/gb', 'x')).toEqual({ name: 'gb', pool: 'gpu' });
  expect(parseResourceKey('gpu/a/b', 'x')).toEqual({ name: 'a/b', pool: 'gpu' });
  expect(parseResourceKey('/a/b', 'x')).toEqual({ name: 'a/b', pool: undefined });
});

test('a configuration is checked', () => {
  expect(parseResources({ gb: 64, 'gpu/db': 0 }, 'resources')).toEqual([
    { name: 'gb', pool: undefined, capacity: 64 },
    { name: 'db', pool: 'gpu', capacity: 0 },
  ]);
  for (const bad of [{ gb: -1 }, { gb: 0.5 }, { '': 1 }, { 'gpu/': 1 }, { '/concurrency/x': 1 }]) {
    expect(() => parseResources(bad, 'resources')).toThrow(/^resources/);
  }
});
